using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Brings frames to one format, for outputs that cannot change theirs: scaled as large as fits, centred, black around. A frame that has the
/// format already is passed on as it is.
/// </summary>
internal sealed class FrameFit(FrameFormat format) : IDisposable
{
    private readonly FramePool _pool = new(1);
    private Frame? _fitted;

    /// <summary>The frame in the format: itself, or a copy that is valid until the next call.</summary>
    public Frame Fit(Frame frame)
    {
        if (frame.Format == format)
        {
            return frame;
        }

        _fitted ??= _pool.Rent(format);
        _fitted.CopyMetadataFrom(frame);
        _fitted.Pixels.Clear();
        var scale = Math.Min(format.Width / (double)frame.Width, format.Height / (double)frame.Height);
        var width = Math.Clamp((int)Math.Round(frame.Width * scale), 1, format.Width);
        var height = Math.Clamp((int)Math.Round(frame.Height * scale), 1, format.Height);
        using var source = FrameMat.Over(frame);
        using var target = FrameMat.Over(_fitted);
        using var inner = new Mat(target, new Rect((format.Width - width) / 2, (format.Height - height) / 2, width, height));
        Cv2.Resize(source, inner, new Size(width, height), interpolation: scale < 1 ? InterpolationFlags.Area : InterpolationFlags.Linear);
        if (frame.Format.PixelFormat != format.PixelFormat)
        {
            Cv2.CvtColor(target, target, ColorConversionCodes.RGB2BGR);
        }

        return _fitted;
    }

    public void Dispose() => _fitted?.Dispose();
}
