using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Render;

/// <summary>
/// Pixels of three bytes to pixels of four and back. Graphics drivers move four-byte pixels as they are and convert three-byte ones slowly.
/// </summary>
/// <remarks>A vector of 16 bytes holds four pixels of four bytes, of which 12 are of use; a shuffle moves them in one step.</remarks>
internal static class PixelPacking
{
    private static readonly Vector128<byte> ToFour = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
    private static readonly Vector128<byte> ToThree = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);

    /// <summary>Adds a fourth byte, 0, to each pixel.</summary>
    /// <param name="three">Whole pixels of three bytes.</param>
    /// <param name="four">Room for as many of four.</param>
    public static void Expand(ReadOnlySpan<byte> three, Span<byte> four)
    {
        var pixels = three.Length / 3;
        ArgumentOutOfRangeException.ThrowIfLessThan(four.Length, 4 * pixels);
        ref var from = ref MemoryMarshal.GetReference(three);
        ref var to = ref MemoryMarshal.GetReference(four);
        var p = 0;
        // A load takes 16 bytes of which 12 count, so the last two pixels are left to the loop below.
        for (; p <= pixels - 6; p += 4)
        {
            Vector128.Shuffle(Vector128.LoadUnsafe(ref from, (nuint)(3 * p)), ToFour).StoreUnsafe(ref to, (nuint)(4 * p));
        }

        for (; p < pixels; p++)
        {
            three.Slice(3 * p, 3).CopyTo(four[(4 * p)..]);
            four[(4 * p) + 3] = 0;
        }
    }

    /// <summary>Drops the fourth byte of each pixel.</summary>
    /// <param name="four">Whole pixels of four bytes.</param>
    /// <param name="three">Room for as many of three.</param>
    public static void Compact(ReadOnlySpan<byte> four, Span<byte> three)
    {
        var pixels = four.Length / 4;
        ArgumentOutOfRangeException.ThrowIfLessThan(three.Length, 3 * pixels);
        ref var from = ref MemoryMarshal.GetReference(four);
        ref var to = ref MemoryMarshal.GetReference(three);
        var p = 0;
        // A store writes 16 bytes of which 12 count; the next one mends the rest.
        for (; p <= pixels - 6; p += 4)
        {
            Vector128.Shuffle(Vector128.LoadUnsafe(ref from, (nuint)(4 * p)), ToThree).StoreUnsafe(ref to, (nuint)(3 * p));
        }

        for (; p < pixels; p++)
        {
            four.Slice(4 * p, 3).CopyTo(three[(3 * p)..]);
        }
    }
}
