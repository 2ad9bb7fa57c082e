namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// Weights of one output sample as fractions with a small common denominator, found only where a sum weighed by the small numerators rounds
/// to the same byte as the sum weighed by 22-bit weights, whatever the pixels. Scales that are ratios of small numbers have such weights
/// (2 to 1: 1/8 3/8 3/8 1/8; 3 to 1: 1/9 2/9 3/9 2/9 1/9), and sums of them fit in 16 bits, twice as many to a register.
/// </summary>
/// <remarks>
/// Proof of what <see cref="Find"/> checks. With weights w, bytes p, numerators n and denominator D let N = sum(n p) and
/// E = sum((w D - n 2^22) p). Then the exact byte, floor(sum(w p) / 2^22 + 1/2), is floor((2N + D + 2E / 2^22) / 2D), and the small one is
/// floor((2N + D) / 2D). They differ only if a multiple of 2D lies between the two numerators. For 0 &lt;= E &lt; 2^21 none can, as 2N + D is an
/// integer and less than one is added. For -2^21 &lt; E &lt; 0 none can if D is odd, because then 2N + D is odd and not itself a multiple.
/// </remarks>
internal static class SmallFraction
{
    /// <summary>Largest denominator: sums of 255 times it, and a pair of numerators times 255, fit in signed 16-bit numbers.</summary>
    public const int MaxDenominator = 128;

    /// <summary>Finds the smallest denominator.</summary>
    /// <param name="weights">Weights of one output sample, <see cref="ResampleAxis.Precision"/> fractional bits.</param>
    /// <param name="numerators">As many; filled if there is a denominator.</param>
    /// <returns>The denominator, 2 to <see cref="MaxDenominator"/>, or 0 if there is none.</returns>
    public static int Find(ReadOnlySpan<int> weights, Span<byte> numerators)
    {
        const long One = 1L << ResampleAxis.Precision;
        // From 2, since the reciprocal of 1 does not fit in 16 bits.
        for (var denominator = 2; denominator <= MaxDenominator; denominator++)
        {
            var (sum, above, below) = (0L, 0L, 0L);
            for (var k = 0; k < weights.Length && sum <= denominator; k++)
            {
                var scaled = (long)weights[k] * denominator;
                var numerator = (scaled + (One / 2)) >> ResampleAxis.Precision;
                var error = 255 * (scaled - (numerator * One));
                (above, below) = (above + Math.Max(error, 0), below + Math.Min(error, 0));
                sum += numerator;
                // At most 128, and then the only one that is not 0: its product with a byte still fits.
                numerators[k] = (byte)Math.Min(numerator, byte.MaxValue);
            }

            var isExact = above < One / 2 && (below == 0 || (denominator % 2 == 1 && below > -One / 2));
            if (sum == denominator && isExact && numerators[..weights.Length].IndexOfAnyExceptInRange((byte)0, (byte)sbyte.MaxValue) < 0)
            {
                return denominator;
            }
        }

        return 0;
    }

    /// <summary>Shift that goes with the reciprocals of denominators from <paramref name="smallest"/> on, so that they fit in 16 bits.</summary>
    public static int Shift(int smallest) => int.Log2(smallest - 1);

    /// <summary>
    /// A number m with (x m) >> (16 + <paramref name="shift"/>) = x / <paramref name="denominator"/> for every x that a sum can be, or 0 if
    /// there is none.
    /// </summary>
    public static ushort Reciprocal(int denominator, int shift)
    {
        var reciprocal = ((1L << (16 + shift)) + denominator - 1) / denominator;
        for (var x = 0; x <= (255 * denominator) + (denominator / 2); x++)
        {
            if ((x * reciprocal) >> (16 + shift) != x / denominator)
            {
                return 0;
            }
        }

        return checked((ushort)reciprocal);
    }
}
