using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench;

/// <summary>How well shown masks fit what is seen: counted over all frames of all clips.</summary>
public sealed class MotionScore
{
    private readonly Dictionary<ushort, long> _common = [];
    private readonly Dictionary<ushort, long> _either = [];
    private ushort[]? _before;
    private ushort[]? _truthBefore;
    private long _steady, _flickered, _edge, _edgeRight;

    /// <summary>Mean over the classes of intersection over union at the moment of display.</summary>
    public double MeanIou => _either.Count == 0 ? 0 : _either.Average(c => _common.GetValueOrDefault(c.Key) / (double)c.Value);

    /// <summary>Share of pixels, of those whose true class stayed from one frame to the next, whose shown class changed.</summary>
    public double Flicker => _steady == 0 ? 0 : _flickered / (double)_steady;

    /// <summary>Share of pixels within two of a true border that are right: smearing shows here first.</summary>
    public double EdgeAccuracy => _edge == 0 ? 0 : _edgeRight / (double)_edge;

    /// <summary>A new clip begins.</summary>
    public void Cut() => (_before, _truthBefore) = (null, null);

    /// <summary>Counts a frame.</summary>
    /// <param name="shown">Shown classes.</param>
    /// <param name="truth">True classes; void is not counted.</param>
    /// <param name="width">Width of both.</param>
    public void Add(ReadOnlySpan<ushort> shown, ushort[] truth, int width)
    {
        ArgumentNullException.ThrowIfNull(truth);
        for (var i = 0; i < truth.Length; i++)
        {
            var (real, said) = (truth[i], shown[i]);
            if (real == SegmentationResult.Void)
            {
                continue;
            }

            Count(_either, real);
            if (real == said)
            {
                Count(_common, real);
            }
            else if (said != SegmentationResult.Void)
            {
                Count(_either, said);
            }

            if (_before is not null && _truthBefore![i] == real)
            {
                _steady++;
                _flickered += _before[i] != said ? 1 : 0;
            }

            if (IsEdge(truth, i, width))
            {
                _edge++;
                _edgeRight += real == said ? 1 : 0;
            }
        }

        _before = shown.ToArray();
        _truthBefore = truth;
    }

    private static bool IsEdge(ushort[] truth, int at, int width)
    {
        foreach (var offset in new[] { -2, 2, -2 * width, 2 * width })
        {
            if ((uint)(at + offset) < (uint)truth.Length && truth[at + offset] != truth[at])
            {
                return true;
            }
        }

        return false;
    }

    private static void Count(Dictionary<ushort, long> counts, ushort value) => counts[value] = counts.GetValueOrDefault(value) + 1;
}
