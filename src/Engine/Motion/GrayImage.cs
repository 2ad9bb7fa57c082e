using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// A small grey picture of floats, 0 to 255, with a border that repeats its edge so that patches may reach over it.
/// </summary>
internal sealed class GrayImage
{
    /// <summary>Pixels around the picture on each side.</summary>
    public const int Border = 16;

    private float[] _values = [];

    /// <summary>Width without the border.</summary>
    public int Width { get; private set; }

    /// <summary>Height without the border.</summary>
    public int Height { get; private set; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Pixel (x, y); both may reach <see cref="Border"/> outside.</summary>
    public ref float this[int x, int y] => ref _values[((y + Border) * Stride) + x + Border];

    /// <summary>Sets the size; the values are undefined afterwards.</summary>
    public void Resize(int width, int height)
    {
        (Width, Height, Stride) = (width, height, width + (2 * Border));
        // Vector loads of eight may begin at the last pixel of the border.
        var count = (Stride * (height + (2 * Border))) + 8;
        if (_values.Length < count)
        {
            _values = new float[count];
        }
    }

    /// <summary>
    /// Fills it from a frame: each pixel is the mean of a block of <paramref name="step"/> x <paramref name="step"/> pixels, of which at most 2 x 2
    /// are read, weighed as (R + 2 G + B) / 4.
    /// </summary>
    public void Reduce(Frame frame, int step)
    {
        Resize(Math.Max(1, frame.Width / step), Math.Max(1, frame.Height / step));
        var (near, far) = (step / 4 * 3, Math.Min(step - 1, (step / 4) + (step / 2)) * 3);
        for (var y = 0; y < Height; y++)
        {
            var top = frame.Row((y * step) + (step / 4));
            var bottom = frame.Row((y * step) + Math.Min(step - 1, (step / 4) + (step / 2)));
            var row = MemoryMarshal.CreateSpan(ref this[0, y], Width);
            int x = 0, at = 0;
            for (; x < Width - 1; x++, at += step * 3)
            {
                row[x] = Luma(ref top[at], ref bottom[at], near, far) * (1 / 16f);
            }

            // Not so the last pixel, behind which nothing may be.
            for (; x < Width; x++, at += step * 3)
            {
                row[x] = (Luma(top, at + near) + Luma(top, at + far) + Luma(bottom, at + near) + Luma(bottom, at + far)) * (1 / 16f);
            }
        }

        Extend();
    }

    /// <summary>Fills it with another at half its size, each pixel the mean of four.</summary>
    public void Halve(GrayImage other)
    {
        Resize(Math.Max(1, other.Width / 2), Math.Max(1, other.Height / 2));
        for (var y = 0; y < Height; y++)
        {
            var upper = MemoryMarshal.CreateReadOnlySpan(ref other[0, 2 * y], (2 * Width) + 1);
            var lower = MemoryMarshal.CreateReadOnlySpan(ref other[0, (2 * y) + 1], (2 * Width) + 1);
            var row = MemoryMarshal.CreateSpan(ref this[0, y], Width);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] = (upper[2 * x] + upper[(2 * x) + 1] + lower[2 * x] + lower[(2 * x) + 1]) * 0.25f;
            }
        }

        Extend();
    }

    /// <summary>The value at a position between pixels, which is clamped to the picture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sample(float x, float y)
    {
        x = Math.Clamp(x, 0, Width - 1);
        y = Math.Clamp(y, 0, Height - 1);
        var (left, top) = ((int)x, (int)y);
        var (u, v) = (x - left, y - top);
        ref var at = ref this[left, top];
        var (a, b) = (at, Unsafe.Add(ref at, 1));
        var (c, d) = (Unsafe.Add(ref at, Stride), Unsafe.Add(ref at, Stride + 1));
        return a + (u * (b - a)) + (v * (c - a + (u * (a - b - c + d))));
    }

    private void Extend()
    {
        for (var y = 0; y < Height; y++)
        {
            MemoryMarshal.CreateSpan(ref this[-Border, y], Border).Fill(this[0, y]);
            MemoryMarshal.CreateSpan(ref this[Width, y], Border).Fill(this[Width - 1, y]);
        }

        var first = MemoryMarshal.CreateReadOnlySpan(ref this[-Border, 0], Stride);
        var last = MemoryMarshal.CreateReadOnlySpan(ref this[-Border, Height - 1], Stride);
        for (var i = 1; i <= Border; i++)
        {
            first.CopyTo(MemoryMarshal.CreateSpan(ref this[-Border, -i], Stride));
            last.CopyTo(MemoryMarshal.CreateSpan(ref this[-Border, Height - 1 + i], Stride));
        }
    }

    // Of four pixels at once: a load takes the byte behind a pixel as well, and the first and third channel are added as halves of one number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Luma(ref byte top, ref byte bottom, int near, int far)
    {
        const uint outer = 0xFF00FF;
        var a = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref top, near));
        var b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref top, far));
        var c = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bottom, near));
        var d = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bottom, far));
        var sides = (a & outer) + (b & outer) + (c & outer) + (d & outer);
        var middle = ((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255);
        return (sides & 0xFFFF) + (sides >> 16) + (2 * middle);
    }

    private static int Luma(Span<byte> row, int at) => row[at] + (2 * row[at + 1]) + row[at + 2];
}
