using System.Collections;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// A mask of one bit a pixel, row by row. It does not change, except that those of a <see cref="SegmentationResult"/> are the result's: they
/// are filled anew after it went back to its pool. <see cref="Copy"/> keeps one for longer.
/// </summary>
public sealed class BinaryMask
{
    private readonly BitArray _bits;

    /// <summary>Creates a mask. <paramref name="bits"/> has width * height entries and belongs to the mask from now on.</summary>
    /// <exception cref="ArgumentException">The number of bits is not width * height.</exception>
    public BinaryMask(int width, int height, BitArray bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        if (bits.Length != checked(width * height))
        {
            throw new ArgumentException($"a mask of {width}x{height} needs {width * height} bits, got {bits.Length}", nameof(bits));
        }

        Width = width;
        Height = height;
        _bits = bits;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>True where the pixel belongs to the mask.</summary>
    public bool this[int x, int y] => _bits[(y * Width) + x];

    /// <summary>The bits, eight a byte from the lowest on, for who fills the mask. Bits beyond the last pixel may have any value.</summary>
    internal Span<byte> Bytes => CollectionsMarshal.AsBytes(_bits);

    /// <summary>A mask of the same pixels that nobody else fills.</summary>
    public BinaryMask Copy() => new(Width, Height, new BitArray(_bits));

    /// <summary>Writes a value wherever the mask is, into a map of the mask's size.</summary>
    /// <param name="labels">[Height, Width].</param>
    /// <param name="value">What is written.</param>
    /// <param name="firstRow">First row to look at.</param>
    /// <param name="endRow">Row after the last one to look at.</param>
    internal void Paint(Span<ushort> labels, ushort value, int firstRow, int endRow)
    {
        // Bits and labels are numbered alike, so rows do not matter but for where to begin and end.
        var bytes = Bytes;
        var (first, end) = (firstRow * Width, endRow * Width);
        for (var i = first / 8; i < (end + 7) / 8; i++)
        {
            for (var bits = (uint)bytes[i]; bits != 0; bits &= bits - 1)
            {
                var pixel = (8 * i) + BitOperations.TrailingZeroCount(bits);
                if (pixel >= first && pixel < end)
                {
                    labels[pixel] = value;
                }
            }
        }
    }

    /// <summary>Number of pixels in the mask.</summary>
    public int Area() => Area(this, this);

    /// <summary>Number of pixels in both of two masks.</summary>
    /// <exception cref="ArgumentException">The masks are of different sizes.</exception>
    public static int Area(BinaryMask first, BinaryMask second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Width != second.Width || first.Height != second.Height)
        {
            throw new ArgumentException($"masks of {first.Width}x{first.Height} and {second.Width}x{second.Height} cannot be compared", nameof(second));
        }

        ReadOnlySpan<byte> a = CollectionsMarshal.AsBytes(first._bits), b = CollectionsMarshal.AsBytes(second._bits);
        var whole = first._bits.Length / 8;
        var count = 0;
        var i = 0;
        for (; i + sizeof(ulong) <= whole; i += sizeof(ulong))
        {
            count += BitOperations.PopCount(MemoryMarshal.Read<ulong>(a[i..]) & MemoryMarshal.Read<ulong>(b[i..]));
        }

        for (; i < whole; i++)
        {
            count += BitOperations.PopCount((uint)(a[i] & b[i]));
        }

        // Bits beyond the last pixel may have any value.
        var rest = first._bits.Length % 8;
        return rest == 0 ? count : count + BitOperations.PopCount((uint)(a[whole] & b[whole] & ((1 << rest) - 1)));
    }
}
