using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Reads and writes single pictures. A file appears under its name when it is complete.</summary>
public static class PictureFile
{
    /// <summary>Reads a picture as blue, green, red. The caller owns the frame.</summary>
    /// <exception cref="InputException">The file is missing, no picture, damaged, or too large.</exception>
    public static Frame Read(string path, FramePool pool)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(pool);
        if (!File.Exists(path))
        {
            throw new InputException(Directory.Exists(path) ? $"'{path}' is a folder, a picture file is needed" : $"there is no picture '{path}'");
        }

        using var image = Cv2.ImRead(path, ImreadModes.Color);
        if (image.Empty())
        {
            throw new InputException($"'{path}' cannot be read as a picture: it is damaged or of an unknown format");
        }

        var frame = FrameMat.Copy(image, pool);
        frame.Name = Path.GetFileName(path);
        return frame;
    }

    /// <summary>Writes a picture in the format that its name ends with (.png, .jpg, .bmp, ...). Makes the folder.</summary>
    /// <param name="frame">The picture, in <see cref="PixelFormat.Bgr24"/>; it stays the caller's.</param>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <exception cref="InputException">The file cannot be written or the format is unknown.</exception>
    public static void Write(Frame frame, string path)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ImageFile.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        byte[] content;
        try
        {
            content = Encode(frame, Path.GetExtension(path));
        }
        catch (OpenCVException e)
        {
            throw new InputException($"'{path}' cannot be written as '{Path.GetExtension(path)}': use .png or .jpg", e);
        }

        ImageFile.Write(path, content);
    }

    /// <summary>Encodes a picture as a file's content.</summary>
    /// <param name="frame">The picture, in <see cref="PixelFormat.Bgr24"/>.</param>
    /// <param name="extension">The format: ".png", ".jpg".</param>
    /// <exception cref="OpenCVException">The format is unknown.</exception>
    public static byte[] Encode(Frame frame, string extension)
    {
        ArgumentNullException.ThrowIfNull(frame);
        using var image = FrameMat.Over(frame);
        Cv2.ImEncode(extension, image, out var content);
        return content;
    }
}
