using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>The header of a matrix; mirrors SegrMatInfo of native/opencv/core.cpp.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MatInfo
{
    internal readonly nint Data;
    internal readonly long Step;
    internal readonly int Rows;
    internal readonly int Cols;
    internal readonly int Type;
    internal readonly int Dims;
    internal readonly int Continuous;
    internal readonly int Submatrix;
}
