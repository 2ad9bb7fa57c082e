using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Segmentation.Resampling;

namespace OpenSegR.Realtime.Tests.Segmentation.Resampling;

/// <summary>Pre-processing written down as plainly as it can be, byte by byte: what every way through the registers must give.</summary>
internal static class PlainPreprocessor
{
    private const int Channels = 3;

    /// <summary>[3, PaddedHeight, PaddedWidth].</summary>
    public static float[] Run(Frame frame, ImageGeometry geometry, float[] mean, float[] std)
    {
        var horizontal = new ResampleAxis(frame.Width, geometry.ResizedWidth);
        var vertical = new ResampleAxis(frame.Height, geometry.ResizedHeight);
        var pixels = frame.Pixels;
        var narrow = new byte[frame.Height * geometry.ResizedWidth * Channels];
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < geometry.ResizedWidth; x++)
            {
                for (var c = 0; c < Channels; c++)
                {
                    var sum = 0L;
                    for (var k = 0; k < horizontal.Count[x]; k++)
                    {
                        sum += (long)horizontal.Weights[(x * horizontal.MaxTaps) + k]
                            * pixels[(y * frame.Stride) + ((horizontal.First[x] + k) * Channels) + c];
                    }

                    narrow[(((y * geometry.ResizedWidth) + x) * Channels) + c] = Round(sum);
                }
            }
        }

        var tensor = new float[Channels * geometry.PaddedHeight * geometry.PaddedWidth];
        for (var y = 0; y < geometry.ResizedHeight; y++)
        {
            for (var x = 0; x < geometry.ResizedWidth; x++)
            {
                for (var c = 0; c < Channels; c++)
                {
                    var sum = 0L;
                    for (var k = 0; k < vertical.Count[y]; k++)
                    {
                        sum += (long)vertical.Weights[(y * vertical.MaxTaps) + k]
                            * narrow[((((vertical.First[y] + k) * geometry.ResizedWidth) + x) * Channels) + c];
                    }

                    var plane = frame.Format.PixelFormat == PixelFormat.Bgr24 ? Channels - 1 - c : c;
                    tensor[(((plane * geometry.PaddedHeight) + y) * geometry.PaddedWidth) + x] = (Round(sum) - mean[plane]) / std[plane];
                }
            }
        }

        return tensor;
    }

    private static byte Round(long sum) => (byte)Math.Clamp((sum + (1 << (ResampleAxis.Precision - 1))) >> ResampleAxis.Precision, 0, 255);
}
