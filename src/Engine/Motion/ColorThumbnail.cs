using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// A frame in colour at the size of a motion field: motion is found on it, and it tells what a segment looks like and whether a place still
/// looks as it did. Each pixel is four bytes: the frame's three channels in their order, and 0.
/// </summary>
internal sealed class ColorThumbnail
{
    /// <summary>Wanted number of pixels, as of 160 x 90; frames are reduced by the even number that comes nearest to it.</summary>
    public const int WantedPixels = 160 * 90;

    private uint[] _pixels = [];
    private ushort[] _sums = [];

    /// <summary>Width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>The pixels, row by row.</summary>
    public ReadOnlySpan<uint> Pixels => _pixels.AsSpan(0, Width * Height);

    /// <summary>Pixels of a frame, along each side, that one pixel of its thumbnail stands for: even, or 1 where a side is a single pixel.</summary>
    public static int StepOf(FrameFormat format)
    {
        var half = (int)Math.Round(Math.Sqrt(format.Width * (double)format.Height / WantedPixels) / 2);
        return Math.Max(1, Math.Min(2 * Math.Max(1, half), Math.Min(format.Width, format.Height) & ~1));
    }

    /// <summary>Makes room for frames of a format; the values are undefined afterwards.</summary>
    public void Resize(FrameFormat format)
    {
        var step = StepOf(format);
        (Width, Height) = (format.Width / step, format.Height / step);
        if (_pixels.Length < Width * Height)
        {
            _pixels = new uint[Width * Height];
        }

        if (_sums.Length < format.Stride)
        {
            _sums = new ushort[format.Stride];
        }
    }

    /// <summary>Takes a frame of the format that it was made for: each pixel is the mean of 4 x 4 in its block, or of all where there are fewer.</summary>
    public void Fill(Frame frame)
    {
        var step = StepOf(frame.Format);
        var taken = Math.Min(step, 4);
        // Samples at (i + 1/2) / taken of the block, in bytes from its beginning.
        Span<int> offsets = stackalloc int[taken];
        for (var i = 0; i < taken; i++)
        {
            offsets[i] = ((2 * i) + 1) * step / (2 * taken);
        }

        // A rounded division by taken * taken as a multiplication; sums stay below 4096.
        var factor = (uint)(65536 / (taken * taken)) + 1;
        var used = Width * step * 3;
        var sums = _sums.AsSpan(0, used);
        for (var y = 0; y < Height; y++)
        {
            if (offsets.Length == 4)
            {
                AddUp(
                    frame.Row((y * step) + offsets[0])[..used], frame.Row((y * step) + offsets[1])[..used],
                    frame.Row((y * step) + offsets[2])[..used], frame.Row((y * step) + offsets[3])[..used], sums);
            }
            else
            {
                sums.Clear();
                foreach (var offset in offsets)
                {
                    Add(frame.Row((y * step) + offset)[..used], sums);
                }
            }

            Gather(sums, offsets, step, factor, _pixels.AsSpan(y * Width, Width));
        }
    }

    /// <summary>The colour at a place of a label map of the given size.</summary>
    public Vector3 At(int x, int y, int width, int height)
    {
        var pixel = _pixels[(y * Height / height * Width) + (x * Width / width)];
        return new Vector3(pixel & 255, (pixel >> 8) & 255, pixel >> 16);
    }

    // Sums across.
    private static void Gather(ReadOnlySpan<ushort> sums, ReadOnlySpan<int> offsets, int step, uint factor, Span<uint> row)
    {
        if (offsets.Length == 4)
        {
            var (a, b, c, d) = (3 * offsets[0], 3 * offsets[1], 3 * offsets[2], 3 * offsets[3]);
            for (int x = 0, at = 0; x < row.Length; x++, at += 3 * step)
            {
                var block = sums.Slice(at, 3 * step);
                var first = (uint)(block[a] + block[b] + block[c] + block[d]);
                var second = (uint)(block[a + 1] + block[b + 1] + block[c + 1] + block[d + 1]);
                var third = (uint)(block[a + 2] + block[b + 2] + block[c + 2] + block[d + 2]);
                row[x] = (first * factor >> 16) | (second * factor >> 16 << 8) | (third * factor >> 16 << 16);
            }

            return;
        }

        for (int x = 0, at = 0; x < row.Length; x++, at += 3 * step)
        {
            uint first = 0, second = 0, third = 0;
            foreach (var offset in offsets)
            {
                var i = at + (3 * offset);
                first += sums[i];
                second += sums[i + 1];
                third += sums[i + 2];
            }

            row[x] = (first * factor >> 16) | (second * factor >> 16 << 8) | (third * factor >> 16 << 16);
        }
    }

    // Sums down, of four rows at once.
    private static void AddUp(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d, Span<ushort> sums)
    {
        var i = 0;
        for (; i <= a.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var (firstLow, firstHigh) = Load(a, i);
            var (secondLow, secondHigh) = Load(b, i);
            var (thirdLow, thirdHigh) = Load(c, i);
            var (fourthLow, fourthHigh) = Load(d, i);
            (firstLow + secondLow + thirdLow + fourthLow).CopyTo(sums[i..]);
            (firstHigh + secondHigh + thirdHigh + fourthHigh).CopyTo(sums[(i + Vector256<ushort>.Count)..]);
        }

        for (; i < a.Length; i++)
        {
            sums[i] = (ushort)(a[i] + b[i] + c[i] + d[i]);
        }
    }

    private static (Vector256<ushort> Low, Vector256<ushort> High) Load(ReadOnlySpan<byte> row, int at) =>
        Vector256.Widen(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(row), (nuint)at));

    private static void Add(ReadOnlySpan<byte> row, Span<ushort> sums)
    {
        var i = 0;
        ref var target = ref MemoryMarshal.GetReference(sums);
        for (; i <= row.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var (low, high) = Load(row, i);
            var second = (nuint)(i + Vector256<ushort>.Count);
            (low + Vector256.LoadUnsafe(ref target, (nuint)i)).StoreUnsafe(ref target, (nuint)i);
            (high + Vector256.LoadUnsafe(ref target, second)).StoreUnsafe(ref target, second);
        }

        for (; i < row.Length; i++)
        {
            sums[i] += row[i];
        }
    }
}
