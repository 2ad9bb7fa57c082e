using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>Width and height in pixels.</summary>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct Size(int Width, int Height)
{
    /// <summary>Width.</summary>
    public int Width = Width;

    /// <summary>Height.</summary>
    public int Height = Height;

    /// <summary>Creates a size from numbers that are cut to whole pixels.</summary>
    public Size(double width, double height) : this((int)width, (int)height)
    {
    }
}
