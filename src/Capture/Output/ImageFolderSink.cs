using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Writes every frame as an image of its own, under the name that it came with ("street.jpg" becomes "street.png") or, where it has none, as
/// "frame_000012.png" by its index.
/// </summary>
public sealed class ImageFolderSink : IFrameSink
{
    private const int JpegQuality = 92;
    private readonly string _folder;
    private readonly string _extension;
    private readonly ImageNames _names = new();
    private readonly PngEncoder _png = new();
    private readonly Mat _bgr = new();

    /// <summary>Chooses the folder, which is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="extension">".png" (default, without loss) or ".jpg".</param>
    /// <exception cref="InputException">The extension is not known.</exception>
    public ImageFolderSink(string folder, string extension = ".png")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(extension);
        _folder = folder;
        _extension = extension.ToLowerInvariant();
        if (_extension is not (".png" or ".jpg" or ".jpeg"))
        {
            throw new InputException($"images cannot be written as '{extension}', only as .png or .jpg");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The folder cannot be made.</exception>
    public void Open(FrameFormat format, double framesPerSecond) => ImageFile.CreateFolder(_folder);

    /// <inheritdoc/>
    /// <exception cref="InputException">The image cannot be written.</exception>
    public void Write(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var path = Path.Combine(_folder, _names.For(frame) + _extension);
        if (_extension == ".png")
        {
            var layout = frame.Format.PixelFormat == PixelFormat.Rgb24 ? PngPixels.Rgb24 : PngPixels.Bgr24;
            ImageFile.Write(path, _png.Encode(frame.Pixels, frame.Width, frame.Height, layout));
            return;
        }

        using var picture = FrameMat.Over(frame);
        var source = picture;
        if (frame.Format.PixelFormat == PixelFormat.Rgb24)
        {
            Cv2.CvtColor(picture, _bgr, ColorConversionCodes.RGB2BGR);
            source = _bgr;
        }

        Cv2.ImEncode(_extension, source, out var file, new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality));
        ImageFile.Write(path, file);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        // Every image was finished when it was written.
    }

    /// <inheritdoc/>
    public void Dispose() => _bgr.Dispose();
}
