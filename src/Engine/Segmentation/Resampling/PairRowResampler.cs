namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The horizontal pass with AVX2: two rows at once, pixel by pixel (<see cref="PixelRows.ResamplePair"/>).</summary>
/// <param name="axis">Weights.</param>
internal sealed unsafe class PairRowResampler(ResampleAxis axis) : RowResampler
{
    public override void Run(byte* source, long stride, int rows, byte* end, byte* target, long pitch)
    {
        // Two rows at once read a little behind their ends, which the picture's last row cannot afford.
        for (; rows >= 2 && source + stride + (3L * axis.InputLength) + PixelRows.Overread <= end; rows -= 2)
        {
            PixelRows.ResamplePair(source, source + stride, target, target + pitch, axis);
            source += 2 * stride;
            target += 2 * pitch;
        }

        for (; rows > 0; rows--, source += stride, target += pitch)
        {
            PortableRowResampler.Resample(axis, source, target, end);
        }
    }
}
