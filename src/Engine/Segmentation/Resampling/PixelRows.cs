using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The row loops of <see cref="ImagePreprocessor"/> in 256-bit registers, for processors with AVX2. Each gives exactly what the portable loop
/// beside it in the pre-processor gives: all sums are of integers, and the normalisation is one subtraction and one division of floats.
/// </summary>
internal static unsafe class PixelRows
{
    /// <summary>Most bytes that <see cref="ResamplePair"/> reads behind the end of a row.</summary>
    public const int Overread = 13;

    /// <summary>Whole pixels in a 16-byte load, and so taps of one step of <see cref="ResamplePair"/>.</summary>
    public const int TapsPerLoad = 5;

    private const byte Zero = 0x80;

    // For tap k: channels of pixel k of each half, widened to 32 bits by the shuffle itself.
    private static readonly Vector256<byte>[] Taps = [.. Enumerable.Range(0, TapsPerLoad).Select(k => Lanes(3 * k, (3 * k) + 1, (3 * k) + 2, -1))];

    // For channel c: that channel of the four pixels in each half.
    private static readonly Vector256<byte>[] Channels = [.. Enumerable.Range(0, 3).Select(c => Lanes(c, c + 3, c + 6, c + 9))];

    /// <summary>Horizontal pass over two rows at once, rounded to 8 bits.</summary>
    /// <param name="first">First row of source pixels; 13 bytes behind its end can be read.</param>
    /// <param name="second">Second row; likewise.</param>
    /// <param name="target">Row of the result; one byte behind its end is written too.</param>
    /// <param name="nextTarget">Row of the second result; likewise.</param>
    /// <param name="axis">Weights.</param>
    public static void ResamplePair(byte* first, byte* second, byte* target, byte* nextTarget, ResampleAxis axis)
    {
        var (tap0, tap1, tap2, tap3, tap4) = (Taps[0], Taps[1], Taps[2], Taps[3], Taps[4]);
        var taps = axis.PaddedTaps;
        fixed (int* firsts = axis.First, counts = axis.Count, allWeights = axis.PaddedWeights)
        {
            for (var x = 0; x < axis.OutputLength; x++, target += 3, nextTarget += 3)
            {
                var at = firsts[x] * 3;
                var weight = allWeights + ((long)x * taps);
                // Lanes are the three channels and a zero, of the first row in the lower half and of the second in the upper.
                var sum = Vector256.Create(1 << (ResampleAxis.Precision - 1));
                for (var left = counts[x]; left > 0; left -= TapsPerLoad, at += 3 * TapsPerLoad, weight += TapsPerLoad)
                {
                    var pixels = Vector256.Create(Vector128.Load(first + at), Vector128.Load(second + at));
                    // All five without a branch: the weights of taps that there are not are 0.
                    sum += Avx2.Shuffle(pixels, tap0).AsInt32() * Vector256.Create(weight[0]);
                    sum += Avx2.Shuffle(pixels, tap1).AsInt32() * Vector256.Create(weight[1]);
                    sum += Avx2.Shuffle(pixels, tap2).AsInt32() * Vector256.Create(weight[2]);
                    sum += Avx2.Shuffle(pixels, tap3).AsInt32() * Vector256.Create(weight[3]);
                    sum += Avx2.Shuffle(pixels, tap4).AsInt32() * Vector256.Create(weight[4]);
                }

                var words = Avx2.PackUnsignedSaturate(sum >> ResampleAxis.Precision, Vector256<int>.Zero).AsInt16();
                var bytes = Avx2.PackUnsignedSaturate(words, words).AsUInt32();
                Unsafe.WriteUnaligned(target, bytes.GetElement(0));
                Unsafe.WriteUnaligned(nextTarget, bytes.GetElement(4));
            }
        }
    }

    /// <summary>Vertical pass: a weighted sum of consecutive rows, 32 bytes at a time; returns how many bytes are done.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="taps">Weights of the rows.</param>
    /// <param name="target">Row of the result.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    public static int Blend(byte** rows, ReadOnlySpan<int> taps, byte* target, int rowBytes)
    {
        // Packing works in each half by itself, twice: this puts the eight groups of four bytes in order again.
        var order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        var x = 0;
        for (; x + 32 <= rowBytes; x += 32)
        {
            var sum0 = Vector256.Create(1 << (ResampleAxis.Precision - 1));
            var (sum1, sum2, sum3) = (sum0, sum0, sum0);
            for (var k = 0; k < taps.Length; k++)
            {
                var pixel = rows[k] + x;
                var weight = Vector256.Create(taps[k]);
                sum0 += Avx2.ConvertToVector256Int32(pixel) * weight;
                sum1 += Avx2.ConvertToVector256Int32(pixel + 8) * weight;
                sum2 += Avx2.ConvertToVector256Int32(pixel + 16) * weight;
                sum3 += Avx2.ConvertToVector256Int32(pixel + 24) * weight;
            }

            var low = Avx2.PackUnsignedSaturate(sum0 >> ResampleAxis.Precision, sum1 >> ResampleAxis.Precision).AsInt16();
            var high = Avx2.PackUnsignedSaturate(sum2 >> ResampleAxis.Precision, sum3 >> ResampleAxis.Precision).AsInt16();
            var bytes = Avx2.PackUnsignedSaturate(low, high).AsInt32();
            Avx2.PermuteVar8x32(bytes, order).AsByte().Store(target + x);
        }

        return x;
    }

    /// <summary>One channel of a row as (value - mean) / std, eight pixels at a time; returns how many pixels are done (ten at least are
    /// left to the end, so that no load reaches behind it).</summary>
    /// <param name="row">Pixels of three bytes.</param>
    /// <param name="width">Number of pixels.</param>
    /// <param name="channel">Which of the three bytes.</param>
    /// <param name="mean">Subtracted.</param>
    /// <param name="std">Divided by.</param>
    /// <param name="target">[width].</param>
    public static int Normalise(byte* row, int width, int channel, float mean, float std, float* target)
    {
        var (pick, means, stds) = (Channels[channel], Vector256.Create(mean), Vector256.Create(std));
        var x = 0;
        for (; x + 10 <= width; x += 8, row += 24)
        {
            var pixels = Vector256.Create(Vector128.Load(row), Vector128.Load(row + 12));
            var values = Vector256.ConvertToSingle(Avx2.Shuffle(pixels, pick).AsInt32());
            ((values - means) / stds).Store(target + x);
        }

        return x;
    }

    private static Vector256<byte> Lanes(params ReadOnlySpan<int> places)
    {
        Span<byte> half = stackalloc byte[16];
        half.Fill(Zero);
        for (var i = 0; i < places.Length; i++)
        {
            half[4 * i] = places[i] < 0 ? Zero : (byte)places[i];
        }

        var lanes = Vector128.Create<byte>(half);
        return Vector256.Create(lanes, lanes);
    }
}
