using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A position in pixels, from the top left.</summary>
/// <param name="X">Column.</param>
/// <param name="Y">Row.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct Point(int X, int Y)
{
    /// <summary>Column.</summary>
    public int X = X;

    /// <summary>Row.</summary>
    public int Y = Y;

    /// <summary>Creates a point from numbers that are cut to whole pixels.</summary>
    public Point(double x, double y) : this((int)x, (int)y)
    {
    }

    /// <summary>Sum by component.</summary>
    public readonly Point Add(Point p) => new(X + p.X, Y + p.Y);

    /// <summary>Difference by component.</summary>
    public readonly Point Subtract(Point p) => new(X - p.X, Y - p.Y);

    /// <summary>Sum by component.</summary>
    public static Point operator +(Point p1, Point p2) => p1.Add(p2);

    /// <summary>Difference by component.</summary>
    public static Point operator -(Point p1, Point p2) => p1.Subtract(p2);
}
