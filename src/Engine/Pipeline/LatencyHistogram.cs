using System.Diagnostics;
using System.Numerics;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// A histogram of durations with logarithmic buckets, each split into <see cref="SubBuckets"/> equal parts (the scheme of HDR histograms):
/// any duration from one microsecond to 12 days is kept within 1 % in 18 KB, and recording one is one increment. Thread-safe.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;
    private const int MaxExponent = 40;
    private readonly long[] _counts = new long[(MaxExponent - SubBits + 2) * SubBuckets];
    private long _count;
    private long _sumUs;
    private long _maxUs;

    /// <summary>Number of recorded durations.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Records a duration in <see cref="Stopwatch"/> ticks; a negative one counts as 0.</summary>
    public void RecordTicks(long ticks) => RecordUs((long)(ticks * (1e6 / Stopwatch.Frequency)));

    /// <summary>Records a duration in microseconds; a negative one counts as 0.</summary>
    public void RecordUs(long valueUs)
    {
        valueUs = Math.Clamp(valueUs, 0, (1L << (MaxExponent + 1)) - 1);
        Interlocked.Increment(ref _counts[BucketOf(valueUs)]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sumUs, valueUs);
        var max = Interlocked.Read(ref _maxUs);
        while (valueUs > max)
        {
            var seen = Interlocked.CompareExchange(ref _maxUs, valueUs, max);
            if (seen == max)
            {
                break;
            }

            max = seen;
        }
    }

    /// <summary>Smallest duration, in microseconds, that at least <paramref name="share"/> (0 to 1) of all do not exceed; 0 where there is none.</summary>
    public double PercentileUs(double share)
    {
        var count = Count;
        var rank = Math.Max(1, (long)Math.Ceiling(share * count));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= rank)
            {
                return Math.Min(MiddleOf(i), Interlocked.Read(ref _maxUs));
            }
        }

        return 0;
    }

    /// <summary>The usual figures.</summary>
    public LatencySummary Summarise()
    {
        var count = Count;
        return count == 0
            ? new LatencySummary(0, 0, 0, 0, 0, 0)
            : new LatencySummary(
                count,
                Interlocked.Read(ref _sumUs) / 1000.0 / count,
                PercentileUs(0.50) / 1000,
                PercentileUs(0.95) / 1000,
                PercentileUs(0.99) / 1000,
                Interlocked.Read(ref _maxUs) / 1000.0);
    }

    // Values below SubBuckets have a bucket each. Above, the top SubBits + 1 bits of a value select its bucket: the position of the highest
    // bit chooses the group, the SubBits after it the place in the group.
    private static int BucketOf(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - SubBuckets);
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < SubBuckets)
        {
            return bucket;
        }

        var shift = (bucket >> SubBits) - 1;
        var low = (long)((bucket & (SubBuckets - 1)) + SubBuckets) << shift;
        return low + (((1L << shift) - 1) / 2.0);
    }
}
