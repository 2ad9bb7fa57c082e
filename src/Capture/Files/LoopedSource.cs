using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Plays a recorded source over and over as one that never ends, with times and numbers that go on; to the pipeline it is live. It is not
/// paced: <see cref="PacedFrameSource"/> does that.
/// </summary>
internal sealed class LoopedSource : IFrameSource
{
    private readonly Func<IFrameSource> _open;
    private IFrameSource _current;
    private long _index;
    private long _startUs;
    private long _lastUs;
    private bool _hasDelivered;

    /// <summary>Opens the source for the first time.</summary>
    /// <param name="open">Opens it from its beginning.</param>
    public LoopedSource(Func<IFrameSource> open)
    {
        _open = open;
        _current = open();
        Info = _current.Info with { FrameCount = null, IsLive = true };
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info { get; }

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        var read = _current.Read(pool, out frame, cancellationToken);
        // A round without a single frame would go on for ever without one.
        if (read == FrameRead.EndOfStream && _hasDelivered)
        {
            _current.Dispose();
            _current = _open();
            _startUs = _lastUs + (long)Math.Round(1e6 / Info.FramesPerSecond);
            _hasDelivered = false;
            read = _current.Read(pool, out frame, cancellationToken);
        }

        if (read == FrameRead.Frame)
        {
            frame!.Index = _index++;
            frame.TimestampUs = _lastUs = _startUs + frame.TimestampUs;
            _hasDelivered = true;
        }

        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => _current.Dispose();
}
