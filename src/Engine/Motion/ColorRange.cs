using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// The darkest and brightest value of each channel around each pixel of a <see cref="ColorThumbnail"/> (3 x 3). What a position that is right to
/// about a pixel shows lies in between, however fine the texture.
/// </summary>
internal sealed class ColorRange
{
    private uint[] _low = [];
    private uint[] _high = [];
    private uint[] _rowLow = [];
    private uint[] _rowHigh = [];

    /// <summary>Width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Takes a picture.</summary>
    public void Fill(ColorThumbnail picture)
    {
        (Width, Height) = (picture.Width, picture.Height);
        if (_low.Length < Width * Height)
        {
            _low = new uint[Width * Height];
            _high = new uint[Width * Height];
        }

        if (_rowLow.Length < Width + 2)
        {
            _rowLow = new uint[Width + 2];
            _rowHigh = new uint[Width + 2];
        }

        for (var y = 0; y < Height; y++)
        {
            FillRow(picture.Pixels, y);
        }
    }

    /// <summary>Whether a colour differs in some channel by more than <paramref name="tolerance"/> from all that was around a pixel.</summary>
    public bool IsOutside(uint color, int index, Vector128<byte> tolerance)
    {
        var value = Vector128.CreateScalarUnsafe(color).AsByte();
        var low = Vector128.CreateScalarUnsafe(_low[index]).AsByte();
        var high = Vector128.CreateScalarUnsafe(_high[index]).AsByte();
        var beyond = Vector128.Max(Vector128.SubtractSaturate(value, high), Vector128.SubtractSaturate(low, value));
        return Vector128.SubtractSaturate(beyond, tolerance).AsUInt32().ToScalar() != 0;
    }

    private void FillRow(ReadOnlySpan<uint> pixels, int y)
    {
        var above = pixels.Slice(Math.Max(0, y - 1) * Width, Width);
        var here = pixels.Slice(y * Width, Width);
        var below = pixels.Slice(Math.Min(Height - 1, y + 1) * Width, Width);
        var low = _rowLow.AsSpan(1, Width);
        var high = _rowHigh.AsSpan(1, Width);
        Extremes(above, here, below, low, high);
        (_rowLow[0], _rowLow[Width + 1], _rowHigh[0], _rowHigh[Width + 1]) = (low[0], low[^1], high[0], high[^1]);
        var targetLow = _low.AsSpan(y * Width, Width);
        var targetHigh = _high.AsSpan(y * Width, Width);
        for (var x = 0; x < Width; x++)
        {
            var least = Vector128.Min(Vector128.Min(Bytes(_rowLow[x]), Bytes(_rowLow[x + 1])), Bytes(_rowLow[x + 2]));
            var most = Vector128.Max(Vector128.Max(Bytes(_rowHigh[x]), Bytes(_rowHigh[x + 1])), Bytes(_rowHigh[x + 2]));
            (targetLow[x], targetHigh[x]) = (least.AsUInt32().ToScalar(), most.AsUInt32().ToScalar());
        }
    }

    // Channel by channel over three rows, byte by byte: a pixel is four of them.
    private static void Extremes(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, ReadOnlySpan<uint> c, Span<uint> low, Span<uint> high)
    {
        var x = 0;
        for (; x <= a.Length - Vector128<uint>.Count; x += Vector128<uint>.Count)
        {
            var (first, second, third) = (Load(a, x), Load(b, x), Load(c, x));
            Vector128.Min(Vector128.Min(first, second), third).AsUInt32().CopyTo(low[x..]);
            Vector128.Max(Vector128.Max(first, second), third).AsUInt32().CopyTo(high[x..]);
        }

        for (; x < a.Length; x++)
        {
            low[x] = Vector128.Min(Vector128.Min(Bytes(a[x]), Bytes(b[x])), Bytes(c[x])).AsUInt32().ToScalar();
            high[x] = Vector128.Max(Vector128.Max(Bytes(a[x]), Bytes(b[x])), Bytes(c[x])).AsUInt32().ToScalar();
        }
    }

    private static Vector128<byte> Load(ReadOnlySpan<uint> from, int at) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(from), (nuint)at).AsByte();

    private static Vector128<byte> Bytes(uint pixel) => Vector128.CreateScalarUnsafe(pixel).AsByte();
}
