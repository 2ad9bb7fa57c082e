using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Bridges frames and OpenCV matrices.</summary>
internal static class FrameMat
{
    /// <summary>A matrix over a frame's own pixels, without copying. Valid while the frame is; dispose it first.</summary>
    public static Mat Over(Frame frame) =>
        Mat.FromPixelData(frame.Height, frame.Width, MatType.CV_8UC3, frame.DangerousAddress, frame.Stride);

    /// <summary>Format of the frame that <see cref="Copy"/> makes of a matrix.</summary>
    /// <exception cref="InputException">The size or type is none that a frame can have.</exception>
    public static FrameFormat FormatOf(Mat mat) => mat.Channels() is 1 or 3 or 4
        ? new FrameFormat(mat.Width, mat.Height).Validated()
        : throw new InputException($"a picture with {mat.Channels()} channels is not supported: it must have 1, 3 or 4");

    /// <summary>A new frame with a copy of an 8- or 16-bit matrix of 1, 3 or 4 channels in OpenCV's order. The caller owns the frame.</summary>
    /// <exception cref="InputException">The size or type is none that a frame can have.</exception>
    public static Frame Copy(Mat mat, FramePool pool)
    {
        var frame = pool.Rent(FormatOf(mat));
        try
        {
            using var target = Over(frame);
            using var eight = new Mat();
            var source = mat;
            if (mat.Depth() != MatType.CV_8U)
            {
                var scale = mat.Depth() == MatType.CV_16U ? 1 / 257.0 : 1;
                mat.ConvertTo(eight, MatType.CV_8UC(mat.Channels()), scale);
                source = eight;
            }

            switch (source.Channels())
            {
                case 1:
                    Cv2.CvtColor(source, target, ColorConversionCodes.GRAY2BGR);
                    break;
                case 3:
                    source.CopyTo(target);
                    break;
                default:
                    Cv2.CvtColor(source, target, ColorConversionCodes.BGRA2BGR);
                    break;
            }

            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }
}
