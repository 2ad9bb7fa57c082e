using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Pictures whose pixels are not square (DV, DVDs, broadcasts in 720x576 or 1440x1080) are widened or narrowed to the shape in which players show
/// them: networks know things by their shapes, and what is made of the frames (videos, pictures, label maps) has square pixels.
/// </summary>
internal sealed class PixelAspect : IDisposable
{
    // Beyond it the ratio is a mistake of the file's, not a shape that anybody films in.
    private const double Widest = 4;
    // Ratios next to 1 come of rounding in the file; to resample for them would cost sharpness for nothing.
    private const double Least = 0.01;

    private readonly FrameFormat _decoded;

    private PixelAspect(FrameFormat decoded, FrameFormat square)
    {
        _decoded = decoded;
        Square = square;
    }

    /// <summary>The size with square pixels.</summary>
    public FrameFormat Square { get; }

    /// <summary>Where the decoder puts its pictures; kept, so that a frame costs no allocation.</summary>
    public Mat Decoded { get; } = new();

    /// <summary>What has to be done to the pictures of a capture, or null where their pixels are square.</summary>
    /// <param name="capture">The capture, whose first picture was decoded.</param>
    /// <param name="decoded">The size of that picture.</param>
    public static PixelAspect? Of(VideoCapture capture, FrameFormat decoded)
    {
        var aspect = capture.Get(VideoCaptureProperties.SARNum) / capture.Get(VideoCaptureProperties.SARDen);
        if (!(aspect is >= 1 / Widest and <= Widest) || Math.Abs(aspect - 1) < Least)
        {
            return null;
        }

        // The ratio is that of the stored picture; one that was filmed on its side has been turned since.
        var isTurned = Math.Abs(capture.Get(VideoCaptureProperties.OrientationMeta)) % 180 == 90;
        var square = isTurned
            ? decoded with { Height = Scaled(decoded.Height, aspect) }
            : decoded with { Width = Scaled(decoded.Width, aspect) };
        return square == decoded ? null : new PixelAspect(decoded, square);
    }

    /// <summary>Whether a picture has the size and type of the first.</summary>
    public bool Fits(Mat decoded) =>
        decoded.Width == _decoded.Width && decoded.Height == _decoded.Height && decoded.Type() == MatType.CV_8UC3;

    /// <summary>Brings a decoded picture into its true shape.</summary>
    /// <param name="decoded">The picture, 8-bit BGR.</param>
    /// <param name="square">A matrix of the size <see cref="Square"/> over the frame that gets it.</param>
    public void Apply(Mat decoded, Mat square) => Cv2.Resize(decoded, square, new Size(Square.Width, Square.Height));

    /// <inheritdoc/>
    public void Dispose() => Decoded.Dispose();

    private static int Scaled(int side, double aspect) => Math.Clamp((int)Math.Round(side * aspect), 1, FrameFormat.MaxSide);
}
