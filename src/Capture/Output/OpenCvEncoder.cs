using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Encodes with OpenCV's own writer, for machines without the ffmpeg program. It writes at a constant rate, whatever the time stamps say,
/// and its file is whole only once finished.
/// </summary>
internal sealed class OpenCvEncoder : IVideoEncoder
{
    private readonly string _path;
    private readonly VideoWriter _writer;
    private readonly Mat _even = new();
    private readonly FrameFormat _format;
    private long _written;

    /// <summary>Opens the file: H.264 where OpenCV has an encoder for it, otherwise MPEG-4.</summary>
    /// <exception cref="InputException">Neither can be opened.</exception>
    public OpenCvEncoder(string path, FrameFormat format, double framesPerSecond)
    {
        _path = path;
        _format = format;
        _writer = new VideoWriter();
        var size = new Size(format.Width + (format.Width & 1), format.Height + (format.Height & 1));
        foreach (var codec in new[] { "avc1", "mp4v" })
        {
            if (_writer.Open(path, VideoCaptureAPIs.FFMPEG, FourCC.FromString(codec), framesPerSecond, size))
            {
                return;
            }
        }

        Dispose();
        throw new InputException($"cannot write '{path}': OpenCV opens no encoder for {format} at {framesPerSecond:0.###} frames a second");
    }

    /// <inheritdoc/>
    public void Write(Frame frame, long timestampUs)
    {
        using var picture = FrameMat.Over(frame);
        var source = picture;
        if (_format.PixelFormat == PixelFormat.Rgb24)
        {
            Cv2.CvtColor(picture, _even, ColorConversionCodes.RGB2BGR);
            source = _even;
        }

        if (((_format.Width | _format.Height) & 1) != 0)
        {
            // Odd sides get one more column or row, a copy of the last.
            Cv2.CopyMakeBorder(source, _even, 0, _format.Height & 1, 0, _format.Width & 1, BorderTypes.Replicate);
            source = _even;
        }

        _writer.Write(source);
        _written++;
    }

    /// <inheritdoc/>
    public void Finish()
    {
        _writer.Release();
        // OpenCV does not say when a write failed, so the file is asked.
        using var check = new VideoCapture(Path.GetFullPath(_path), VideoCaptureAPIs.FFMPEG);
        if (!check.IsOpened() || check.Get(VideoCaptureProperties.FrameCount) < _written)
        {
            throw new InputException($"cannot finish '{_path}': fewer than the {_written} frames written are in it; is the disk full?");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _even.Dispose();
    }
}
