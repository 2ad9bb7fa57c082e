using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_within_one_percent_of_the_sorted_values(int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Pow(10, random.NextDouble() * 9)).Order().ToArray();
        var histogram = new LatencyHistogram();
        foreach (var value in values)
        {
            histogram.RecordUs(value);
        }

        foreach (var share in new[] { 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1 })
        {
            var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
            Assert.InRange(histogram.PercentileUs(share), exact * 0.99 - 0.5, exact * 1.01 + 0.5);
        }

        var summary = histogram.Summarise();
        Assert.Equal(values.Length, summary.Count);
        Assert.Equal(values.Average() / 1000, summary.MeanMs, 6);
        Assert.Equal(values[^1] / 1000.0, summary.MaxMs);
    }

    [Fact]
    public void Small_values_are_exact()
    {
        for (var value = 0; value < 128; value++)
        {
            var histogram = new LatencyHistogram();
            histogram.RecordUs(value);
            Assert.Equal(value, histogram.PercentileUs(0.5));
        }
    }

    [Fact]
    public void Absurd_values_are_kept_in_range()
    {
        var histogram = new LatencyHistogram();
        histogram.RecordUs(-5);
        histogram.RecordUs(long.MaxValue);
        Assert.Equal(2, histogram.Count);
        Assert.Equal(0, histogram.PercentileUs(0.5));
        Assert.True(histogram.PercentileUs(1) > 1e12);
    }

    [Fact]
    public void An_empty_histogram_is_all_zero() => Assert.Equal(new LatencySummary(0, 0, 0, 0, 0, 0), new LatencyHistogram().Summarise());
}
