namespace OpenSegR.Realtime.Bench;

/// <summary>A measured value over the repetitions.</summary>
/// <param name="Median">Its median.</param>
/// <param name="Min">Its smallest.</param>
/// <param name="Max">Its largest.</param>
public sealed record Spread(double Median, double Min, double Max)
{
    /// <summary>Half the distance from smallest to largest, as a share of the median; 0 where that is 0.</summary>
    public double Relative => Median == 0 ? 0 : (Max - Min) / 2 / Math.Abs(Median);

    /// <summary>The spread of some values; null where there are none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : new Spread(MedianOf(sorted), sorted[0], sorted[^1]);
    }

    /// <summary>The median of sorted values, at least one; the mean of the two in the middle where their number is even.</summary>
    public static double MedianOf(ReadOnlySpan<double> sorted)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length);
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
