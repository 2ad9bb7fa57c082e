using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>Exact percentiles of few values, for runs that are too short for a histogram.</summary>
public static class Percentiles
{
    /// <summary>Summarises durations in milliseconds; percentiles are the nearest rank, rounded up.</summary>
    public static LatencySummary Of(IReadOnlyCollection<double> milliseconds)
    {
        ArgumentNullException.ThrowIfNull(milliseconds);
        if (milliseconds.Count == 0)
        {
            return new LatencySummary(0, 0, 0, 0, 0, 0);
        }

        var sorted = milliseconds.Order().ToArray();
        double Rank(double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
        return new LatencySummary(sorted.Length, sorted.Average(), Spread.MedianOf(sorted), Rank(0.95), Rank(0.99), sorted[^1]);
    }
}
