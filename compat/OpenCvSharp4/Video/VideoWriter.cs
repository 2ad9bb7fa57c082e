using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>Writes frames to a video file. One thread at a time. The file is whole only after Release or Dispose.</summary>
public class VideoWriter : CvObject
{
    private readonly WriterHandle _handle;

    /// <summary>Creates a writer that is not open yet.</summary>
    public VideoWriter()
    {
        NativeMethods.Check(NativeMethods.WriterNew(out _handle));
        Fps = -1;
        IsColor = true;
    }

    /// <summary>Opens a file; ask <see cref="IsOpened"/> whether that worked.</summary>
    public VideoWriter(string fileName, FourCC fourcc, double fps, Size frameSize, bool isColor = true) : this()
    {
        OpenFile(fileName, VideoCaptureAPIs.ANY, fourcc, fps, frameSize, isColor);
    }

    /// <summary>Opens a file by a given backend; ask <see cref="IsOpened"/> whether that worked.</summary>
    public VideoWriter(string fileName, VideoCaptureAPIs apiPreference, FourCC fourcc, double fps, Size frameSize, bool isColor = true) : this()
    {
        OpenFile(fileName, apiPreference, fourcc, fps, frameSize, isColor);
    }

    /// <summary>The file.</summary>
    public string? FileName { get; private set; }

    /// <summary>Frames a second.</summary>
    public double Fps { get; private set; }

    /// <summary>Size of the frames.</summary>
    public Size FrameSize { get; private set; }

    /// <summary>False for one-channel frames.</summary>
    public bool IsColor { get; private set; }

    private protected override NativeHandle? NativeObject => _handle;

    private WriterHandle Handle
    {
        get
        {
            ThrowIfDisposed();
            return _handle;
        }
    }

    /// <summary>Opens a file, closing what was open.</summary>
    /// <returns>False if it cannot be opened.</returns>
    public bool Open(string fileName, FourCC fourcc, double fps, Size frameSize, bool isColor = true) =>
        Open(fileName, VideoCaptureAPIs.ANY, fourcc, fps, frameSize, isColor);

    /// <summary>Opens a file by a given backend, closing what was open.</summary>
    /// <returns>False if it cannot be opened.</returns>
    public bool Open(string fileName, VideoCaptureAPIs apiPreference, FourCC fourcc, double fps, Size frameSize, bool isColor = true)
    {
        if (string.IsNullOrEmpty(fileName))
        {
            throw new ArgumentNullException(nameof(fileName));
        }

        return OpenFile(fileName, apiPreference, fourcc, fps, frameSize, isColor);
    }

    /// <summary>True while a file is open.</summary>
    public bool IsOpened()
    {
        NativeMethods.Check(NativeMethods.WriterIsOpened(Handle, out var opened));
        return opened != 0;
    }

    /// <summary>Finishes the file.</summary>
    public void Release() => NativeMethods.Check(NativeMethods.WriterRelease(Handle));

    /// <summary>
    /// Adds a frame. It must have the size and channels that the file was opened with: others are dropped without an error.
    /// </summary>
    public void Write(InputArray image)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativeMethods.Check(NativeMethods.WriterWrite(Handle, image.Handle));
    }

    /// <summary>Sets a property.</summary>
    /// <returns>False if the backend does not take it.</returns>
    public bool Set(VideoWriterProperties propId, double value)
    {
        NativeMethods.Check(NativeMethods.WriterSet(Handle, (int)propId, value, out var accepted));
        return accepted != 0;
    }

    /// <summary>Reads a property; 0 where the backend does not know it.</summary>
    public double Get(VideoWriterProperties propId)
    {
        NativeMethods.Check(NativeMethods.WriterGet(Handle, (int)propId, out var value));
        return value;
    }

    /// <summary>Name of the backend in use.</summary>
    /// <exception cref="OpenCVException">Nothing is open.</exception>
    public unsafe string GetBackendName()
    {
        var writer = Handle;
        return NativeMethods.ReadText((buffer, size) =>
        {
            NativeMethods.Check(NativeMethods.WriterBackend(writer, buffer, size, out var length));
            return length;
        });
    }

    /// <summary>Packs four characters, the first in the low byte.</summary>
    public static int FourCC(char c1, char c2, char c3, char c4) =>
        (c1 & 255) | ((c2 & 255) << 8) | ((c3 & 255) << 16) | ((c4 & 255) << 24);

    /// <summary>Packs four characters, the first in the low byte.</summary>
    /// <exception cref="ArgumentException">The text does not have four characters.</exception>
    public static int FourCC(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Length == 4
            ? FourCC(code[0], code[1], code[2], code[3])
            : throw new ArgumentException($"a codec's code has 4 characters, not {code.Length}", nameof(code));
    }

    private bool OpenFile(string fileName, VideoCaptureAPIs apiPreference, FourCC fourcc, double fps, Size frameSize, bool isColor)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var parameters = (ReadOnlySpan<int>)[(int)VideoWriterProperties.IsColor, isColor ? 1 : 0];
        NativeMethods.Check(NativeMethods.WriterOpen(
            Handle, fileName, (int)apiPreference, fourcc.Value, fps, frameSize, parameters, parameters.Length, out var opened));
        FileName = fileName;
        Fps = fps;
        FrameSize = frameSize;
        IsColor = isColor;
        return opened != 0;
    }
}
