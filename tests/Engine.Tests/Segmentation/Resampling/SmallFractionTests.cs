using OpenSegR.Realtime.Segmentation.Resampling;

namespace OpenSegR.Realtime.Tests.Segmentation.Resampling;

public sealed class SmallFractionTests
{
    [Theory]
    [InlineData(1280, 640, 8, new byte[] { 1, 3, 3, 1 })]
    [InlineData(1280, 320, 32, new byte[] { 1, 3, 5, 7, 7, 5, 3, 1 })]
    [InlineData(1920, 640, 9, new byte[] { 1, 2, 3, 2, 1 })]
    [InlineData(960, 640, 9, new byte[] { 1, 5, 3 })]
    public void Ratios_of_small_numbers_have_them(int from, int to, int denominator, byte[] expected)
    {
        var axis = new ResampleAxis(from, to);
        const int X = 100;
        var numerators = new byte[axis.MaxTaps];

        Assert.Equal(denominator, SmallFraction.Find(Weights(axis, X), numerators));

        // A tap at the very end of the filter weighs nothing.
        Assert.Equal(expected, numerators.Where(n => n != 0));
    }

    [Theory]
    [InlineData(1280, 1138)]
    [InlineData(640, 341)]
    public void Other_ratios_have_none(int from, int to)
    {
        var axis = new ResampleAxis(from, to);
        Assert.Contains(Enumerable.Range(0, to), x => SmallFraction.Find(Weights(axis, x), new byte[axis.MaxTaps]) == 0);
    }

    /// <summary>Sums that lie nearest to where rounding changes are tried for every fraction that is found: all its bytes at 0, at 255, and noise.</summary>
    [Fact]
    public void Sums_round_as_those_of_the_exact_weights()
    {
        var random = new Random(3);
        var found = 0;
        for (var trial = 0; trial < 60; trial++)
        {
            var axis = new ResampleAxis(random.Next(2, 90), random.Next(2, 40));
            for (var x = 0; x < axis.OutputLength; x++)
            {
                var weights = Weights(axis, x);
                var numerators = new byte[axis.MaxTaps];
                var denominator = SmallFraction.Find(weights, numerators);
                if (denominator == 0)
                {
                    continue;
                }

                found++;
                var shift = SmallFraction.Shift(denominator);
                var reciprocal = SmallFraction.Reciprocal(denominator, shift);
                Assert.NotEqual(0, reciprocal);
                for (var i = 0; i < 300; i++)
                {
                    var (exact, small) = (1L << (ResampleAxis.Precision - 1), denominator / 2);
                    for (var k = 0; k < weights.Length; k++)
                    {
                        var value = i switch { 0 => 0, 1 => 255, < 100 => 255 * random.Next(2), _ => random.Next(256) };
                        (exact, small) = (exact + ((long)weights[k] * value), small + (numerators[k] * value));
                    }

                    Assert.Equal(exact >> ResampleAxis.Precision, ((long)small * reciprocal) >> (16 + shift));
                }
            }
        }

        Assert.True(found > 100, $"only {found}");
    }

    private static ReadOnlySpan<int> Weights(ResampleAxis axis, int x) => axis.Weights.AsSpan(x * axis.MaxTaps, axis.Count[x]);
}
