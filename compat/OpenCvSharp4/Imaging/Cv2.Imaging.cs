using OpenCvSharp.Internal;

namespace OpenCvSharp;

public static partial class Cv2
{
    /// <summary>Scales an image to <paramref name="dsize"/>, or by the factors where that is empty.</summary>
    public static void Resize(
        InputArray src, OutputArray dst, Size dsize, double fx = 0, double fy = 0, InterpolationFlags interpolation = InterpolationFlags.Linear)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.Resize(src.Handle, dst.Handle, dsize, fx, fy, (int)interpolation));
    }

    /// <summary>Converts colours; <paramref name="dstCn"/> is the number of channels, 0 for the usual one.</summary>
    public static void CvtColor(InputArray src, OutputArray dst, ColorConversionCodes code, int dstCn = 0)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.CvtColor(src.Handle, dst.Handle, (int)code, dstCn));
    }

    /// <summary>Blurs with a Gaussian; the kernel's sides are odd, or 0 to follow from the sigmas (in pixels).</summary>
    public static void GaussianBlur(
        InputArray src, OutputArray dst, Size ksize, double sigmaX, double sigmaY = 0, BorderTypes borderType = BorderTypes.Default)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        NativeMethods.Check(NativeMethods.GaussianBlur(src.Handle, dst.Handle, ksize, sigmaX, sigmaY, (int)borderType));
    }

    /// <summary>Fetches each pixel of the target from the position in the source that the maps give.</summary>
    public static void Remap(
        InputArray src,
        OutputArray dst,
        InputArray map1,
        InputArray map2,
        InterpolationFlags interpolation = InterpolationFlags.Linear,
        BorderTypes borderMode = BorderTypes.Constant,
        Scalar? borderValue = null)
    {
        ArgumentNullException.ThrowIfNull(src);
        ArgumentNullException.ThrowIfNull(dst);
        ArgumentNullException.ThrowIfNull(map1);
        ArgumentNullException.ThrowIfNull(map2);
        NativeMethods.Check(NativeMethods.Remap(
            src.Handle, dst.Handle, map1.Handle, map2.Handle, (int)interpolation, (int)borderMode, borderValue ?? default));
    }

    /// <summary>Draws a line.</summary>
    public static void Line(
        InputOutputArray img, Point pt1, Point pt2, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0)
    {
        ArgumentNullException.ThrowIfNull(img);
        NativeMethods.Check(NativeMethods.Line(img.Handle, pt1, pt2, color, thickness, (int)lineType, shift));
    }

    /// <summary>Draws a rectangle; a negative thickness fills it.</summary>
    public static void Rectangle(
        Mat img, Rect rect, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0)
    {
        ArgumentNullException.ThrowIfNull(img);
        NativeMethods.Check(NativeMethods.Rectangle(img.Handle, rect, color, thickness, (int)lineType, shift));
    }

    /// <summary>Draws a circle; a negative thickness fills it.</summary>
    public static void Circle(
        InputOutputArray img, Point center, int radius, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0)
    {
        ArgumentNullException.ThrowIfNull(img);
        NativeMethods.Check(NativeMethods.Circle(img.Handle, center, radius, color, thickness, (int)lineType, shift));
    }

    /// <summary>Draws a text; <paramref name="org"/> is its bottom left. Characters that the font lacks become question marks.</summary>
    public static void PutText(
        InputOutputArray img,
        string text,
        Point org,
        HersheyFonts fontFace,
        double fontScale,
        Scalar color,
        int thickness = 1,
        LineTypes lineType = LineTypes.Link8,
        bool bottomLeftOrigin = false)
    {
        ArgumentNullException.ThrowIfNull(img);
        ThrowIfNullOrEmpty(text, nameof(text));
        NativeMethods.Check(NativeMethods.PutText(
            img.Handle, text, org, (int)fontFace, fontScale, color, thickness, (int)lineType, bottomLeftOrigin ? 1 : 0));
    }

    /// <summary>Size of a text above its base line; <paramref name="baseLine"/> is what hangs below, in pixels.</summary>
    public static Size GetTextSize(string text, HersheyFonts fontFace, double fontScale, int thickness, out int baseLine)
    {
        ThrowIfNullOrEmpty(text, nameof(text));
        NativeMethods.Check(NativeMethods.TextSize(text, (int)fontFace, fontScale, thickness, out baseLine, out var size));
        return size;
    }
}
