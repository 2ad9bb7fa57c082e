using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>OpenCV's functions. All may throw <see cref="OpenCVException"/> with OpenCV's own message.</summary>
public static partial class Cv2
{
    /// <summary>Mirrors an image.</summary>
    public static void Flip(InputArray src, OutputArray dst, FlipMode flipCode)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.Flip(src.Handle, dst.Handle, (int)flipCode));
    }

    /// <summary>Turns an image by right angles.</summary>
    public static void Rotate(InputArray src, OutputArray dst, RotateFlags rotateCode)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.Rotate(src.Handle, dst.Handle, (int)rotateCode));
    }

    /// <summary>Absolute difference of each element.</summary>
    public static void Absdiff(InputArray src1, InputArray src2, OutputArray dst)
    {
        ArgumentNullException.ThrowIfNull(src1);
        ArgumentNullException.ThrowIfNull(src2);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.Absdiff(src1.Handle, src2.Handle, dst.Handle));
    }

    /// <summary>Copies one channel, counted from 0, of an image that has several.</summary>
    public static void ExtractChannel(InputArray src, OutputArray dst, int coi)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.ExtractChannel(src.Handle, dst.Handle, coi));
    }

    /// <summary>Adds a border; widths in pixels.</summary>
    public static void CopyMakeBorder(
        InputArray src, OutputArray dst, int top, int bottom, int left, int right, BorderTypes borderType, Scalar? value = null)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.CopyMakeBorder(
            src.Handle, dst.Handle, top, bottom, left, right, (int)borderType, value ?? default));
    }

    /// <summary>Limits OpenCV's own threads; 0 or 1 runs everything on the caller, a negative number is the default.</summary>
    public static void SetNumThreads(int nThreads) => NativeMethods.Check(NativeMethods.SetNumThreads(nThreads));

    /// <summary>Threads that OpenCV may use.</summary>
    public static int GetNumThreads()
    {
        NativeMethods.Check(NativeMethods.GetNumThreads(out var count));
        return count;
    }

    /// <summary>OpenCV's version, such as 4.6.0.</summary>
    public static unsafe string? GetVersionString() => NativeMethods.ReadText((buffer, size) =>
    {
        NativeMethods.Check(NativeMethods.VersionString(buffer, size, out var length));
        return length;
    });

    /// <summary>How OpenCV was built: codecs, backends, instruction sets.</summary>
    public static unsafe string GetBuildInformation() => NativeMethods.ReadText((buffer, size) =>
    {
        NativeMethods.Check(NativeMethods.BuildInformation(buffer, size, out var length));
        return length;
    });

    /// <summary>Sets what OpenCV writes to standard error.</summary>
    /// <returns>The level before.</returns>
    public static LogLevel SetLogLevel(LogLevel logLevel)
    {
        NativeMethods.Check(NativeMethods.SetLogLevel((int)logLevel, out var before));
        return (LogLevel)before;
    }
}
