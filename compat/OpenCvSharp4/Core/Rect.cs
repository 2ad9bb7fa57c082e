using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A rectangle in pixels.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct Rect(int X, int Y, int Width, int Height)
{
    /// <summary>Left column.</summary>
    public int X = X;

    /// <summary>Top row.</summary>
    public int Y = Y;

    /// <summary>Width.</summary>
    public int Width = Width;

    /// <summary>Height.</summary>
    public int Height = Height;

    /// <summary>Creates a rectangle from its corner and size.</summary>
    public Rect(Point location, Size size) : this(location.X, location.Y, size.Width, size.Height)
    {
    }

    /// <summary>Top row.</summary>
    public int Top
    {
        readonly get => Y;
        set => Y = value;
    }

    /// <summary>First row below.</summary>
    public readonly int Bottom => Y + Height;

    /// <summary>Left column.</summary>
    public int Left
    {
        readonly get => X;
        set => X = value;
    }

    /// <summary>First column to the right.</summary>
    public readonly int Right => X + Width;
}
