using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// The loaded networks of a segmentor: one each for the first sizes that frames need, then one for all others, which is slower but not
/// endless. Where one fails on a GPU, all are loaded anew with the next provider. Thread-safe.
/// </summary>
internal sealed class SegmentorSessions(SegmentationNetwork network, int? topClasses, int framesAtOnce) : IDisposable
{
    private const int MostFixedSizes = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Height, int Width), SegmentorSession> _fixed = [];
    private readonly List<SegmentorSession> _failed = [];
    private SegmentorSession? _any;

    /// <summary>The network for pictures that lie so in their input; it stays this object's.</summary>
    public SegmentorSession For(in ImageGeometry geometry)
    {
        var size = (geometry.PaddedHeight, geometry.PaddedWidth);
        lock (_gate)
        {
            if (_fixed.TryGetValue(size, out var session))
            {
                return session;
            }

            if (_fixed.Count < MostFixedSizes)
            {
                return _fixed[size] = network.CreateSegmentor(size, network.Outputs, topClasses, framesAtOnce);
            }

            return _any ??= network.CreateSegmentor(null, network.Outputs, topClasses, framesAtOnce);
        }
    }

    /// <summary>Called where a network failed: from now on <see cref="For"/> returns others, unless there is nothing else to run it on.</summary>
    /// <param name="session">The network, which other slots may still use, and which lives until the segmentor ends.</param>
    /// <param name="why">What happened, in one line.</param>
    /// <returns>True where there are others.</returns>
    public bool Replace(SegmentorSession session, string why)
    {
        lock (_gate)
        {
            if (!_fixed.ContainsValue(session) && !ReferenceEquals(session, _any))
            {
                return true;
            }

            if (!network.FallBack(session.Factory, why))
            {
                return false;
            }

            _failed.AddRange(Loaded());
            _fixed.Clear();
            _any = null;
            return true;
        }
    }

    /// <summary>Frees the networks.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var session in _failed.Concat(Loaded()))
            {
                session.Dispose();
            }

            _failed.Clear();
            _fixed.Clear();
            _any = null;
        }
    }

    private IEnumerable<SegmentorSession> Loaded() => _any is null ? _fixed.Values : _fixed.Values.Append(_any);
}
