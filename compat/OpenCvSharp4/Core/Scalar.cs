using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>Four numbers, such as a colour in the image's own channel order (blue, green, red).</summary>
/// <param name="Val0">First channel.</param>
/// <param name="Val1">Second channel.</param>
/// <param name="Val2">Third channel.</param>
/// <param name="Val3">Fourth channel.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct Scalar(double Val0, double Val1, double Val2, double Val3)
{
    /// <summary>First channel.</summary>
    public double Val0 = Val0;

    /// <summary>Second channel.</summary>
    public double Val1 = Val1;

    /// <summary>Third channel.</summary>
    public double Val2 = Val2;

    /// <summary>Fourth channel.</summary>
    public double Val3 = Val3;

    /// <summary>One number, the others 0.</summary>
    public Scalar(double val0) : this(val0, 0, 0, 0)
    {
    }

    /// <summary>Two numbers, the others 0.</summary>
    public Scalar(double val0, double val1) : this(val0, val1, 0, 0)
    {
    }

    /// <summary>Three numbers, the fourth 0.</summary>
    public Scalar(double val0, double val1, double val2) : this(val0, val1, val2, 0)
    {
    }

    /// <summary>The same number four times.</summary>
    public static Scalar All(double v) => new(v, v, v, v);

    /// <summary>A colour for a BGR image.</summary>
    public static Scalar FromRgb(int r, int g, int b) => new(b, g, r);

    /// <summary>One number, the others 0.</summary>
    public static explicit operator Scalar(double val) => new(val);
}
