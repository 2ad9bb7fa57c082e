namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The vertical pass byte by byte, for rows shorter than the smallest register.</summary>
/// <param name="axis">Weights.</param>
/// <param name="rowBytes">Bytes of a row.</param>
internal sealed unsafe class ScalarRowBlender(ResampleAxis axis, int rowBytes) : RowBlender
{
    public override void Run(byte** rows, int y, byte* target)
    {
        var weights = axis.Weights.AsSpan(y * axis.MaxTaps, axis.Count[y]);
        for (var x = 0; x < rowBytes; x++)
        {
            var sum = 1 << (ResampleAxis.Precision - 1);
            for (var k = 0; k < weights.Length; k++)
            {
                sum += weights[k] * rows[k][x];
            }

            target[x] = (byte)Math.Min(sum >> ResampleAxis.Precision, byte.MaxValue);
        }
    }
}
