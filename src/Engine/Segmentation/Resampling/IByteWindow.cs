using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>Bytes from which those of a unit are picked; a type parameter, so that the loops around it are compiled for each kind.</summary>
/// <typeparam name="T">The vector of bytes.</typeparam>
internal unsafe interface IByteWindow<T>
    where T : unmanaged
{
    /// <summary>Bytes of the window of a unit.</summary>
    static abstract int WindowBytes { get; }

    /// <summary>Fewest output bytes of a unit that are worth it.</summary>
    /// <param name="lanes">Output bytes that a unit has lanes for.</param>
    static abstract int FewestBytes(int lanes);

    /// <summary>
    /// Sets each byte of a unit to the byte of the unit's window that <paramref name="places"/> names; a place of
    /// <see cref="RowPlan.NoPlace"/> gives any byte.
    /// </summary>
    /// <param name="first">Window of the first unit.</param>
    /// <param name="last">Window of the last unit; the same where there is but one.</param>
    /// <param name="places">Places within the window.</param>
    static abstract T Pick(byte* first, byte* last, T places);

    /// <summary>The same with the upper byte of each word 0, whose places are all <see cref="RowPlan.NoPlace"/>.</summary>
    static abstract T PickWords(byte* first, byte* last, T places);
}

/// <summary>A window of 64 bytes.</summary>
internal readonly unsafe struct SingleWindow : IByteWindow<Vector512<byte>>
{
    public static int WindowBytes => 64;

    // Otherwise two loads, which reach twice as far, are better.
    public static int FewestBytes(int lanes) => lanes * 3 / 4;

    public static Vector512<byte> Pick(byte* first, byte* last, Vector512<byte> places) =>
        Avx512Vbmi.PermuteVar64x8(Vector512.Load(first), places);

    public static Vector512<byte> PickWords(byte* first, byte* last, Vector512<byte> places) =>
        Pick(first, last, places) & Vector512.Create((short)0xFF).AsByte();
}

/// <summary>A window of 128 bytes.</summary>
internal readonly unsafe struct DoubleWindow : IByteWindow<Vector512<byte>>
{
    public static int WindowBytes => 128;

    // Three pixels: with less, smaller registers do as well.
    public static int FewestBytes(int lanes) => 9;

    public static Vector512<byte> Pick(byte* first, byte* last, Vector512<byte> places) =>
        Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(first), places, Vector512.Load(first + 64));

    public static Vector512<byte> PickWords(byte* first, byte* last, Vector512<byte> places) =>
        Pick(first, last, places) & Vector512.Create((short)0xFF).AsByte();
}
