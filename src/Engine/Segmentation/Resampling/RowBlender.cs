using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The vertical pass of <see cref="ImagePreprocessor"/>: weighted sums of rows of bytes, rounded to 8 bits.</summary>
/// <param name="axis">Weights.</param>
/// <param name="path">What the processor has.</param>
internal sealed unsafe class RowBlender(ResampleAxis axis, ProcessorPath path)
{
    private readonly WideRowBlender? _wide = path == ProcessorPath.Avx512 ? new WideRowBlender(axis) : null;

    /// <summary>One row of the result.</summary>
    /// <param name="rows">Its source rows, as many as the axis has taps for <paramref name="y"/>.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="y">Which row of the result.</param>
    /// <param name="target">Where it goes; nothing behind its end is written.</param>
    public void Run(byte** rows, int rowBytes, int y, byte* target)
    {
        if (_wide is not null && rowBytes >= WideRowBlender.Step)
        {
            _wide.Run(rows, rowBytes, y, target);
            return;
        }

        var taps = axis.Weights.AsSpan(y * axis.MaxTaps, axis.Count[y]);
        var done = path >= ProcessorPath.Avx2 ? PixelRows.Blend(rows, taps, target, rowBytes) : 0;
        Blend(rows, taps, done, rowBytes, target);
    }

    private static void Blend(byte** rows, ReadOnlySpan<int> taps, int from, int rowBytes, byte* target)
    {
        var x = from;
        for (; x + 16 <= rowBytes; x += 16)
        {
            // The 16 bytes become four vectors of four 32-bit sums.
            var sum0 = Vector128.Create(1 << (ResampleAxis.Precision - 1));
            var (sum1, sum2, sum3) = (sum0, sum0, sum0);
            for (var k = 0; k < taps.Length; k++)
            {
                var weight = Vector128.Create(taps[k]);
                var (low, high) = Vector128.Widen(Vector128.Load(rows[k] + x));
                var (a, b) = Vector128.Widen(low);
                var (c, d) = Vector128.Widen(high);
                sum0 += a.AsInt32() * weight;
                sum1 += b.AsInt32() * weight;
                sum2 += c.AsInt32() * weight;
                sum3 += d.AsInt32() * weight;
            }

            // Weights are not negative and sum to one within rounding: results lie in 0..255 or one above, so narrow with a minimum.
            var limit = Vector128.Create(255);
            var low16 = Vector128.Narrow(Finish(sum0, limit), Finish(sum1, limit));
            var high16 = Vector128.Narrow(Finish(sum2, limit), Finish(sum3, limit));
            Vector128.Narrow(low16.AsUInt16(), high16.AsUInt16()).Store(target + x);
        }

        for (; x < rowBytes; x++)
        {
            var sum = 1 << (ResampleAxis.Precision - 1);
            for (var k = 0; k < taps.Length; k++)
            {
                sum += rows[k][x] * taps[k];
            }

            target[x] = (byte)Math.Clamp(sum >> ResampleAxis.Precision, 0, 255);
        }
    }

    private static Vector128<int> Finish(Vector128<int> sum, Vector128<int> limit) =>
        Vector128.Min(Vector128.ShiftRightArithmetic(sum, ResampleAxis.Precision), limit);
}
