using System.Diagnostics;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// Hands the frames of another source out no sooner than their time stamps say, counted from the first frame: a file then plays at its own
/// speed. A frame that is late is handed out at once, none is skipped. Owns the other source.
/// </summary>
public sealed class PacedFrameSource : IFrameSource
{
    // The contract of live sources: a read waits a second at most.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private readonly IFrameSource _inner;
    private readonly TimeProvider _clock;
    private readonly ManualResetEventSlim _due = new(false, spinCount: 0);
    private readonly ITimer _timer;
    private Frame? _held;
    private long? _startTicks;

    /// <summary>Creates a paced source over another, which belongs to it from now on.</summary>
    /// <param name="inner">Where the frames come from.</param>
    /// <param name="clock">The clock to pace by; the system's by default.</param>
    public PacedFrameSource(IFrameSource inner, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _clock = clock ?? TimeProvider.System;
        _timer = _clock.CreateTimer(static due => ((ManualResetEventSlim)due!).Set(), _due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info => _inner.Info;

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        frame = null;
        if (_held is null)
        {
            var read = _inner.Read(pool, out _held, cancellationToken);
            if (read != FrameRead.Frame)
            {
                return read;
            }
        }

        _startTicks ??= _clock.GetTimestamp() - TicksOf(_held!.TimestampUs);
        var wait = _clock.GetElapsedTime(_clock.GetTimestamp(), _startTicks.Value + TicksOf(_held!.TimestampUs));
        if (wait > TimeSpan.Zero)
        {
            Wait(wait < LongestWait ? wait : LongestWait, cancellationToken);
            if (wait > LongestWait)
            {
                return FrameRead.NotYet;
            }
        }

        frame = _held;
        _held = null;
        // The frame was decoded ahead of its time; its latency counts from the moment that it is due.
        frame!.Times.Captured = Stopwatch.GetTimestamp();
        return FrameRead.Frame;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _held?.Dispose();
        _held = null;
        _due.Dispose();
        _inner.Dispose();
    }

    private long TicksOf(long microseconds) => (long)(microseconds * (_clock.TimestampFrequency / 1e6));

    private void Wait(TimeSpan time, CancellationToken cancellationToken)
    {
        _due.Reset();
        _timer.Change(time, Timeout.InfiniteTimeSpan);
        _due.Wait(cancellationToken);
    }
}
