using OpenCvSharp.Internal;

namespace OpenCvSharp;

public static partial class Cv2
{
    /// <summary>Reads a picture file.</summary>
    /// <returns>The picture, empty if the file is missing or is no picture.</returns>
    public static Mat ImRead(string fileName, ImreadModes flags = ImreadModes.Color)
    {
        ThrowIfNullOrEmpty(fileName, nameof(fileName));
        NativeMethods.Check(NativeMethods.ImRead(fileName, (int)flags, out var handle));
        return new Mat(handle);
    }

    /// <summary>Writes a picture file; the extension chooses the format.</summary>
    /// <returns>False if the file could not be written.</returns>
    public static bool ImWrite(string fileName, Mat img, int[]? prms = null)
    {
        ThrowIfNullOrEmpty(fileName, nameof(fileName));
        ArgumentNullException.ThrowIfNull(img);
        NativeMethods.Check(NativeMethods.ImWrite(fileName, img.Handle, prms, prms?.Length ?? 0, out var written));
        return written != 0;
    }

    /// <summary>Writes a picture file; the extension chooses the format.</summary>
    /// <returns>False if the file could not be written.</returns>
    public static bool ImWrite(string fileName, Mat img, params ImageEncodingParam[] prms) =>
        ImWrite(fileName, img, ImageEncodingParam.Pack(prms));

    /// <summary>Decodes a picture file that is in memory.</summary>
    /// <returns>The picture, empty if the bytes are no picture.</returns>
    public static Mat ImDecode(byte[] buf, ImreadModes flags)
    {
        ArgumentNullException.ThrowIfNull(buf);
        return ImDecode(buf.AsSpan(), flags);
    }

    /// <summary>Decodes a picture file that is in memory.</summary>
    /// <returns>The picture, empty if the bytes are no picture.</returns>
    public static Mat ImDecode(ReadOnlySpan<byte> span, ImreadModes flags)
    {
        if (span.IsEmpty)
        {
            throw new ArgumentException("Empty span", nameof(span));
        }

        NativeMethods.Check(NativeMethods.ImDecode(span, span.Length, (int)flags, out var handle));
        return new Mat(handle);
    }

    /// <summary>Encodes a picture file into memory; <paramref name="ext"/> (".png") chooses the format.</summary>
    /// <returns>False if the picture could not be encoded.</returns>
    public static unsafe bool ImEncode(string ext, InputArray img, out byte[] buf, int[]? prms = null)
    {
        ThrowIfNullOrEmpty(ext, nameof(ext));
        ArgumentNullException.ThrowIfNull(img);
        NativeMethods.Check(NativeMethods.ImEncode(ext, img.Handle, prms, prms?.Length ?? 0, out var bytes, out var encoded));
        using (bytes)
        {
            NativeMethods.BytesView(bytes, out var data, out var length);
            buf = new ReadOnlySpan<byte>(data, checked((int)length)).ToArray();
        }

        return encoded != 0;
    }

    /// <summary>Encodes a picture file into memory; <paramref name="ext"/> (".png") chooses the format.</summary>
    public static void ImEncode(string ext, InputArray img, out byte[] buf, params ImageEncodingParam[] prms) =>
        ImEncode(ext, img, out buf, ImageEncodingParam.Pack(prms));

    /// <summary>True if the file is a picture that can be decoded.</summary>
    public static bool HaveImageReader(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        NativeMethods.Check(NativeMethods.HaveImageReader(fileName, out var have));
        return have != 0;
    }

    /// <summary>True if the name's extension is one that can be encoded.</summary>
    public static bool HaveImageWriter(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        NativeMethods.Check(NativeMethods.HaveImageWriter(fileName, out var have));
        return have != 0;
    }

    // OpenCvSharp throws ArgumentNullException for an empty text too.
    private static void ThrowIfNullOrEmpty(string? text, string name)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw new ArgumentNullException(name);
        }
    }
}
