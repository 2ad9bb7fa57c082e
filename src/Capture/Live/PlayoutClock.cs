namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Says when the frames of a stream are due that can be read ahead of its time: HLS comes in segments of seconds, a recording as fast as the
/// network. Shown as they come, seconds would flash by and then nothing would move.
/// </summary>
/// <remarks>
/// The first frame is due when it comes. One that comes late is due then, and so are those after it: what was a wait stays as a delay, so
/// that the next segment is in time. After a jump (a live stream that left segments out, a recording that begins anew) it starts over.
/// </remarks>
internal sealed class PlayoutClock
{
    /// <summary>Longest wait for one frame; a gap that is longer is a jump.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private TimeSpan? _start;
    private TimeSpan _last;

    /// <summary>How long the frame that has just been read has to wait.</summary>
    /// <param name="position">The frame's time in the stream.</param>
    /// <param name="now">The time, from any beginning.</param>
    /// <returns>From 0 to <see cref="LongestWait"/>.</returns>
    public TimeSpan WaitFor(TimeSpan position, TimeSpan now)
    {
        var wait = _start + position - now;
        var isJump = position < _last || wait > LongestWait;
        _last = position;
        if (wait is { } due && due > TimeSpan.Zero && !isJump)
        {
            return due;
        }

        _start = now - position;
        return TimeSpan.Zero;
    }
}
