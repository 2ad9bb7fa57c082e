namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The horizontal pass byte by byte, for pictures narrower than the smallest register.</summary>
/// <param name="axis">Weights.</param>
internal sealed unsafe class ScalarRowResampler(ResampleAxis axis) : RowResampler
{
    private const int Channels = 3;

    public override void Run(byte* source, long stride, int rows, byte* target, long pitch)
    {
        for (; rows > 0; rows--, source += stride, target += pitch)
        {
            for (var i = 0; i < Channels * axis.OutputLength; i++)
            {
                var (x, channel) = (i / Channels, i % Channels);
                var sum = 1 << (ResampleAxis.Precision - 1);
                for (var k = 0; k < axis.Count[x]; k++)
                {
                    sum += axis.Weights[(x * axis.MaxTaps) + k] * source[(Channels * (axis.First[x] + k)) + channel];
                }

                target[i] = (byte)Math.Min(sum >> ResampleAxis.Precision, byte.MaxValue);
            }
        }
    }
}
