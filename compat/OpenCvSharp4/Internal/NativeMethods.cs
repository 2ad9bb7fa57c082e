using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>The functions of native/opencv/segr_opencv.h, name for name, and what turns their codes into exceptions.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "segr_opencv";

    static NativeMethods()
    {
        NativeVersion.Register();

        // OpenCV and FFmpeg read these when they are loaded, so they must stand in the process environment before the first call; .NET's
        // Environment class only changes its own copy. What the user has set stays.
        SetEnvironment("OPENCV_LOG_LEVEL", "SILENT", 0);
        SetEnvironment("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
        SetEnvironment("GST_DEBUG", "0", 0);
        // A picture of a few bytes can claim any size: 16384 x 16384 is the engine's own limit for a frame.
        SetEnvironment("OPENCV_IO_MAX_IMAGE_PIXELS", "268435456", 0);
    }

    /// <summary>Throws the error behind a code other than 0.</summary>
    /// <exception cref="OpenCVException"><paramref name="status"/> is not 0.</exception>
    internal static void Check(int status)
    {
        if (status != 0)
        {
            ThrowLastError(status);
        }
    }

    private static void ThrowLastError(int status)
    {
        var message = ReadText((buffer, size) => LastError(0, buffer, size, out _));
        var function = ReadText((buffer, size) => LastError(1, buffer, size, out _));
        var file = ReadText((buffer, size) => LastError(2, buffer, size, out _));
        LastError(0, null, 0, out var line);
        throw new OpenCVException((ErrorCode)status, function, message, file, line);
    }

    internal delegate int TextReader(byte* buffer, int size);

    /// <summary>Reads a text of any length: <paramref name="read"/> fills a buffer and returns the full length.</summary>
    internal static string ReadText(TextReader read)
    {
        var buffer = new byte[512];
        while (true)
        {
            int length;
            fixed (byte* pointer = buffer)
            {
                length = read(pointer, buffer.Length);
            }

            if (length < buffer.Length)
            {
                return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
            }

            buffer = new byte[length + 1];
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport(Library, EntryPoint = "segr_cv_last_error")]
    private static partial int LastError(int part, byte* buffer, int size, out int line);

    [LibraryImport(Library, EntryPoint = "segr_cv_set_log_level")]
    internal static partial int SetLogLevel(int level, out int before);
}
