using System.Diagnostics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// Frames that lie in memory, played over and over, forward and backward in turn so that motion has no jump: a source that costs one copy.
/// </summary>
public sealed class MemorySource : IFrameSource
{
    private readonly Frame[] _frames;
    private readonly long _limit;
    private readonly TimeSpan? _period;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _next;

    /// <summary>Creates a source over frames that stay the caller's.</summary>
    /// <param name="frames">The frames, of one format, at least one.</param>
    /// <param name="limit">Frames to hand out; <see cref="long.MaxValue"/> for no end.</param>
    /// <param name="liveRate">Frames a second of a camera that would show them, or null for a file.</param>
    public MemorySource(IReadOnlyList<Frame> frames, long limit, double? liveRate = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfZero(frames.Count);
        _frames = [.. frames];
        _limit = limit;
        _period = liveRate is { } rate ? TimeSpan.FromSeconds(1 / rate) : null;
        Info = new FrameSourceInfo("frames in memory", _frames[0].Format, liveRate ?? 30, limit == long.MaxValue ? null : limit, IsLive: liveRate is not null);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info { get; }

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        frame = null;
        cancellationToken.ThrowIfCancellationRequested();
        if (_next >= _limit)
        {
            return FrameRead.EndOfStream;
        }

        if (_period is { } period)
        {
            var wait = (_next * period) - Stopwatch.GetElapsedTime(_start);
            if (wait > TimeSpan.Zero)
            {
                cancellationToken.WaitHandle.WaitOne(wait);
            }
        }

        var picture = _frames[IndexOf(_next)];
        frame = pool.Rent(picture.Format);
        frame.CopyFrom(picture);
        frame.Index = _next;
        frame.TimestampUs = (long)(_next * 1e6 / Info.FramesPerSecond);
        frame.Times = default;
        frame.Times.Captured = Stopwatch.GetTimestamp();
        _next++;
        return FrameRead.Frame;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The frames are the caller's.
    }

    // 0 1 2 3 2 1 0 1 ...
    private int IndexOf(long position)
    {
        if (_frames.Length == 1)
        {
            return 0;
        }

        var turn = position % (2L * (_frames.Length - 1));
        return (int)(turn < _frames.Length ? turn : (2L * (_frames.Length - 1)) - turn);
    }
}
