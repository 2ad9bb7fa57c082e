using System.Diagnostics;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>The rate of the last events, for a display that runs along. Thread-safe.</summary>
internal sealed class RateMeter
{
    private const int Window = 64;
    private static readonly long LongestTicks = 2 * Stopwatch.Frequency;
    private readonly long[] _times = new long[Window];
    private readonly Lock _gate = new();
    private long _count;

    /// <summary>Counts one event.</summary>
    public void Count()
    {
        lock (_gate)
        {
            Volatile.Write(ref _times[_count % Window], Stopwatch.GetTimestamp());
            Volatile.Write(ref _count, _count + 1);
        }
    }

    /// <summary>Events a second over the last <see cref="Window"/> events or two seconds, whichever is shorter; 0 where there are fewer than two.</summary>
    public double PerSecond
    {
        get
        {
            var count = Volatile.Read(ref _count);
            var now = Stopwatch.GetTimestamp();
            var newest = count == 0 ? 0 : Volatile.Read(ref _times[(count - 1) % Window]);
            // The slot after the newest may be overwritten while we read, so the window is one shorter than the ring.
            for (var first = Math.Max(0, count - Window + 1); first < count - 1; first++)
            {
                var oldest = Volatile.Read(ref _times[first % Window]);
                if (now - oldest <= LongestTicks)
                {
                    return (count - 1 - first) * (double)Stopwatch.Frequency / Math.Max(1, newest - oldest);
                }
            }

            return 0;
        }
    }
}
