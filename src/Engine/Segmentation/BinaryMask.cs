using System.Collections;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>An immutable mask of one bit a pixel, row by row.</summary>
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
}
