using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>Bytes from which one permutation picks; a type parameter, so that the loops around it are compiled for each kind.</summary>
internal unsafe interface IByteWindow
{
    /// <summary>Sets each byte of the result to the byte of the window that <paramref name="places"/> names.</summary>
    static abstract Vector512<byte> Pick(byte* window, Vector512<byte> places);
}

/// <summary>A window of 64 bytes; places are 0 to 63.</summary>
internal readonly unsafe struct SingleWindow : IByteWindow
{
    public static Vector512<byte> Pick(byte* window, Vector512<byte> places) => Avx512Vbmi.PermuteVar64x8(Vector512.Load(window), places);
}

/// <summary>A window of 128 bytes; places are 0 to 127.</summary>
internal readonly unsafe struct DoubleWindow : IByteWindow
{
    public static Vector512<byte> Pick(byte* window, Vector512<byte> places) =>
        Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(window), places, Vector512.Load(window + 64));
}
