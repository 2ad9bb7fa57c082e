using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// The few vector loops of post-processing. Sixteen floats at a time in a <see cref="Vector512{T}"/> (two 256-bit or four 128-bit registers
/// on machines without 512-bit ones), and a scalar tail.
/// </summary>
internal static class VectorMath
{
    /// <summary>Values that one vector holds.</summary>
    public const int Lanes = 16;

    /// <summary>target = a + (b - a) * fraction, element by element. <paramref name="target"/> may be one of the sources.</summary>
    public static void Lerp(ReadOnlySpan<float> a, ReadOnlySpan<float> b, float fraction, Span<float> target)
    {
        var i = 0;
        var f = Vector512.Create(fraction);
        for (; i + Lanes <= target.Length; i += Lanes)
        {
            var low = Load(a, i);
            (low + ((Load(b, i) - low) * f)).StoreUnsafe(ref MemoryMarshal.GetReference(target), (nuint)i);
        }

        for (; i < target.Length; i++)
        {
            target[i] = a[i] + ((b[i] - a[i]) * fraction);
        }
    }

    /// <summary>Replaces each value x by 1 / (1 + exp(-x)).</summary>
    public static void Sigmoid(Span<float> values)
    {
        var i = 0;
        for (; i + Lanes <= values.Length; i += Lanes)
        {
            var x = Load(values, i);
            (Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x))).StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = 1f / (1f + MathF.Exp(-values[i]));
        }
    }

    /// <summary>Counts the values that are at least <paramref name="threshold"/>, and then multiplies all by <paramref name="factor"/>.</summary>
    public static int CountAndScale(Span<float> values, float threshold, float factor)
    {
        var (i, count) = (0, 0);
        var (limits, factors) = (Vector512.Create(threshold), Vector512.Create(factor));
        for (; i + Lanes <= values.Length; i += Lanes)
        {
            var x = Load(values, i);
            count += BitOperations.PopCount(Vector512.GreaterThanOrEqual(x, limits).ExtractMostSignificantBits());
            (x * factors).StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            count += values[i] >= threshold ? 1 : 0;
            values[i] *= factor;
        }

        return count;
    }

    /// <summary>Labels where a value is at least <paramref name="threshold"/>, another label elsewhere; returns the number of the former.</summary>
    public static int Label(ReadOnlySpan<float> values, float threshold, ushort label, ushort other, Span<ushort> labels)
    {
        const uint All = (1u << Lanes) - 1;
        var (i, count) = (0, 0);
        var limits = Vector512.Create(threshold);
        for (; i + Lanes <= values.Length; i += Lanes)
        {
            // Pixels are mostly all inside or all outside.
            var inside = (uint)Vector512.GreaterThanOrEqual(Load(values, i), limits).ExtractMostSignificantBits();
            count += BitOperations.PopCount(inside);
            if (inside is 0 or All)
            {
                labels.Slice(i, Lanes).Fill(inside == 0 ? other : label);
                continue;
            }

            for (var j = 0; j < Lanes; j++)
            {
                labels[i + j] = (inside >> j & 1) != 0 ? label : other;
            }
        }

        for (; i < values.Length; i++)
        {
            var isInside = values[i] >= threshold;
            labels[i] = isInside ? label : other;
            count += isInside ? 1 : 0;
        }

        return count;
    }

    /// <summary>Sets a bit for every positive value, from bit <paramref name="at"/> on; returns their number and adds up their sigmoids.</summary>
    /// <param name="values">Values, in the order of the bits.</param>
    /// <param name="bits">Bits, eight a byte from the lowest on, 0 where they are to be set.</param>
    /// <param name="at">Bit of the first value.</param>
    /// <param name="sigmoids">Gets the sum of the sigmoids of the positive values added.</param>
    /// <param name="first">Least index of a positive value; meaningless where there is none.</param>
    /// <param name="end">Index after the last positive value.</param>
    public static int PositiveBits(ReadOnlySpan<float> values, Span<byte> bits, int at, ref double sigmoids, out int first, out int end)
    {
        (first, end) = (values.Length, 0);
        var count = 0;
        var sums = Vector512<float>.Zero;
        Span<float> padded = stackalloc float[Lanes];
        for (var i = 0; i < values.Length; i += Lanes)
        {
            Vector512<float> x;
            if (i + Lanes <= values.Length)
            {
                x = Load(values, i);
            }
            else
            {
                padded.Clear();
                values[i..].CopyTo(padded);
                x = Load(padded, 0);
            }

            var isPositive = Vector512.GreaterThan(x, Vector512<float>.Zero);
            var found = (uint)isPositive.ExtractMostSignificantBits();
            if (found == 0)
            {
                continue;
            }

            count += BitOperations.PopCount(found);
            first = Math.Min(first, i + BitOperations.TrailingZeroCount(found));
            end = i + BitOperations.Log2(found) + 1;
            sums += Vector512.ConditionalSelect(isPositive, Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x)), Vector512<float>.Zero);
            for (var (rest, place) = (found << ((at + i) & 7), (at + i) >> 3); rest != 0; rest >>= 8, place++)
            {
                bits[place] |= (byte)rest;
            }
        }

        sigmoids += Vector512.Sum(sums);
        return count;
    }

    /// <summary>
    /// scores = weights * masks, a matrix product of [T, K] by [K, n] for a short K: four rows by two vectors of columns are summed in
    /// registers, so that each loaded mask value is used four times.
    /// </summary>
    /// <param name="weights">[T, K] row by row; T a multiple of 4 (pad with rows of zeros).</param>
    /// <param name="masks">[K, stride].</param>
    /// <param name="stride">Distance of rows of masks and scores, a multiple of 32.</param>
    /// <param name="inner">K.</param>
    /// <param name="columns">n, at most <paramref name="stride"/>.</param>
    /// <param name="scores">[T, stride].</param>
    public static unsafe void Product(ReadOnlySpan<float> weights, ReadOnlySpan<float> masks, int stride, int inner, int columns, Span<float> scores)
    {
        var rows = inner == 0 ? scores.Length / stride : weights.Length / inner;
        if (inner == 0)
        {
            scores.Clear();
            return;
        }

        fixed (float* w = weights, m = masks, s = scores)
        {
            for (var x = 0; x < columns; x += 2 * Lanes)
            {
                for (var t = 0; t < rows; t += 4)
                {
                    var w0 = w + (t * inner);
                    var w1 = w0 + inner;
                    var w2 = w1 + inner;
                    var w3 = w2 + inner;
                    var mask = m + x;
                    Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                    for (var k = 0; k < inner; k++, mask += stride)
                    {
                        var m0 = Vector512.Load(mask);
                        var m1 = Vector512.Load(mask + Lanes);
                        var v0 = Vector512.Create(w0[k]);
                        a0 = Vector512.FusedMultiplyAdd(v0, m0, a0);
                        a1 = Vector512.FusedMultiplyAdd(v0, m1, a1);
                        var v1 = Vector512.Create(w1[k]);
                        b0 = Vector512.FusedMultiplyAdd(v1, m0, b0);
                        b1 = Vector512.FusedMultiplyAdd(v1, m1, b1);
                        var v2 = Vector512.Create(w2[k]);
                        c0 = Vector512.FusedMultiplyAdd(v2, m0, c0);
                        c1 = Vector512.FusedMultiplyAdd(v2, m1, c1);
                        var v3 = Vector512.Create(w3[k]);
                        d0 = Vector512.FusedMultiplyAdd(v3, m0, d0);
                        d1 = Vector512.FusedMultiplyAdd(v3, m1, d1);
                    }

                    var target = s + (t * stride) + x;
                    a0.Store(target);
                    a1.Store(target + Lanes);
                    b0.Store(target + stride);
                    b1.Store(target + stride + Lanes);
                    c0.Store(target + (2 * stride));
                    c1.Store(target + (2 * stride) + Lanes);
                    d0.Store(target + (3 * stride));
                    d1.Store(target + (3 * stride) + Lanes);
                }
            }
        }
    }

    /// <summary>
    /// For each column the largest of the rows and its index; the first row wins a tie.
    /// </summary>
    /// <param name="rows">[count, stride].</param>
    /// <param name="count">Rows to compare, at least 1.</param>
    /// <param name="stride">Distance of rows, a multiple of 16.</param>
    /// <param name="columns">Columns to fill; whole vectors are written, up to the next multiple of 16.</param>
    /// <param name="best">[stride] largest values.</param>
    /// <param name="index">[stride] their rows.</param>
    public static void ArgMax(ReadOnlySpan<float> rows, int count, int stride, int columns, Span<float> best, Span<int> index)
    {
        for (var x = 0; x < columns; x += Lanes)
        {
            var value = Load(rows, x);
            var row = Vector512<int>.Zero;
            for (var t = 1; t < count; t++)
            {
                var candidate = Load(rows, (t * stride) + x);
                var wins = Vector512.GreaterThan(candidate, value);
                value = Vector512.ConditionalSelect(wins, candidate, value);
                row = Vector512.ConditionalSelect(wins.AsInt32(), Vector512.Create(t), row);
            }

            value.StoreUnsafe(ref MemoryMarshal.GetReference(best), (nuint)x);
            row.StoreUnsafe(ref MemoryMarshal.GetReference(index), (nuint)x);
        }
    }

    /// <summary>Rounds a row length up to the multiple that the loops above need.</summary>
    public static int PaddedLength(int length) => (length + (2 * Lanes) - 1) / (2 * Lanes) * (2 * Lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ReadOnlySpan<float> source, int index) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(source), (nuint)index);
}
