using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The horizontal pass on any processor, pixel by pixel: the three channels are lanes of one vector.</summary>
/// <param name="axis">Weights.</param>
internal sealed unsafe class PortableRowResampler(ResampleAxis axis) : RowResampler
{
    public override void Run(byte* source, long stride, int rows, byte* end, byte* target, long pitch)
    {
        for (; rows > 0; rows--, source += stride, target += pitch)
        {
            Resample(axis, source, target, end);
        }
    }

    /// <summary>One row.</summary>
    public static void Resample(ResampleAxis axis, byte* source, byte* target, byte* end)
    {
        fixed (int* firsts = axis.First, counts = axis.Count, allWeights = axis.Weights)
        {
            // Loading four bytes a pixel reads one byte past the pixel; only the picture's very last pixel has nothing behind it.
            var safe = source + (3L * axis.InputLength) < end ? axis.InputLength : axis.InputLength - 1;
            for (var x = 0; x < axis.OutputLength; x++)
            {
                var pixel = source + (firsts[x] * 3);
                var weight = allWeights + ((long)x * axis.MaxTaps);
                var count = counts[x];
                // Lanes are the three channels of one pixel (the fourth is ignored): sum = 2^21 + sum of weight * value.
                var sum = Vector128.Create(1 << (ResampleAxis.Precision - 1));
                var last = firsts[x] + count <= safe ? count : count - 1;
                for (var k = 0; k < last; k++, pixel += 3)
                {
                    sum += Widen(*(uint*)pixel) * Vector128.Create(weight[k]);
                }

                if (last < count)
                {
                    sum += Vector128.Create(pixel[0], pixel[1], pixel[2], 0) * Vector128.Create(weight[last]);
                }

                sum = Vector128.ShiftRightArithmetic(sum, ResampleAxis.Precision);
                target[0] = Clip(sum.GetElement(0));
                target[1] = Clip(sum.GetElement(1));
                target[2] = Clip(sum.GetElement(2));
                target += 3;
            }
        }
    }

    private static Vector128<int> Widen(uint fourBytes) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(fourBytes).AsByte())).AsInt32();

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
