using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// From which pixel of an older label map each pixel of a newer one takes its label. Found once for a motion, whatever number of maps is moved
/// along it.
/// </summary>
internal sealed class LabelPlaces
{
    // Where a label covers several pixels of the motion: a quarter of it left above, right above, left below and right below its middle.
    private const int Quarters = 4;

    // Of each sample in turn, the index in the older map for each pixel of the newer.
    private int[] _indices = [];
    // Of each sample across: the pixel of the motion, and what is added to where that pixel was.
    private int[] _columns = [];
    private Vector2[] _shifts = [];
    private int _samples;

    /// <summary>Width of the label maps.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the label maps.</summary>
    public int Height { get; private set; }

    /// <summary>Finds the places.</summary>
    /// <param name="positions">Where each pixel of the newer picture was in the older, row by row.</param>
    /// <param name="motionWidth">Width of the motion.</param>
    /// <param name="motionHeight">Height of the motion.</param>
    /// <param name="width">Width of the label maps, which cover the same picture.</param>
    /// <param name="height">Height of the label maps.</param>
    public void Find(ReadOnlySpan<Vector2> positions, int motionWidth, int motionHeight, int width, int height)
    {
        (Width, Height) = (width, height);
        var scale = new Vector2(motionWidth / (float)width, motionHeight / (float)height);
        _samples = scale.X > 1 || scale.Y > 1 ? Quarters : 1;
        var along = _samples == 1 ? 1 : 2;
        if (_indices.Length < _samples * width * height)
        {
            _indices = new int[_samples * width * height];
        }

        if (_columns.Length < along * width)
        {
            _columns = new int[along * width];
            _shifts = new Vector2[along * width];
        }

        for (var sample = 0; sample < along; sample++)
        {
            for (var x = 0; x < width; x++)
            {
                var (near, shift) = Nearest(x, sample, scale.X, motionWidth);
                _columns[(sample * width) + x] = near;
                _shifts[(sample * width) + x] = new Vector2(shift, 0);
            }
        }

        for (var sample = 0; sample < _samples; sample++)
        {
            var across = (sample & 1) * width;
            var target = _indices.AsSpan(sample * width * height, width * height);
            for (var y = 0; y < height; y++)
            {
                var (near, shift) = Nearest(y, sample >> 1, scale.Y, motionHeight);
                FindRow(
                    positions.Slice(near * motionWidth, motionWidth), _columns.AsSpan(across, width), _shifts.AsSpan(across, width), shift, scale,
                    target.Slice(y * width, width));
            }
        }
    }

    /// <summary>Moves a map: every pixel takes the label of its place, or that of most of its places.</summary>
    /// <param name="labels">The older map.</param>
    /// <param name="moved">The newer one.</param>
    public void Gather(ReadOnlySpan<ushort> labels, Span<ushort> moved)
    {
        var count = Width * Height;
        var first = _indices.AsSpan(0, count);
        moved = moved[..count];
        if (_samples == 1)
        {
            for (var i = 0; i < moved.Length; i++)
            {
                moved[i] = labels[first[i]];
            }

            return;
        }

        var second = _indices.AsSpan(count, count);
        var third = _indices.AsSpan(2 * count, count);
        var fourth = _indices.AsSpan(3 * count, count);
        for (var i = 0; i < moved.Length; i++)
        {
            moved[i] = Most(labels[first[i]], labels[second[i]], labels[third[i]], labels[fourth[i]]);
        }
    }

    // The pixel of the motion that is nearest to a sample of a label's pixel, and how far the label's middle is from it, and half a pixel.
    private (int Near, float Shift) Nearest(int pixel, int sample, float scale, int side)
    {
        var middle = ((pixel + 0.5f) * scale) - 0.5f;
        var point = _samples == 1 ? middle : middle + (((sample << 1) - 1) * scale / 4);
        var near = Math.Clamp((int)MathF.Round(point), 0, side - 1);
        return (near, middle - near + 0.5f);
    }

    // The label at the place that a pixel's middle comes from if it moved as the motion says of a point.
    private void FindRow(
        ReadOnlySpan<Vector2> positions, ReadOnlySpan<int> columns, ReadOnlySpan<Vector2> shifts, float shiftY, Vector2 scale, Span<int> indices)
    {
        var down = new Vector2(0, shiftY);
        var factor = Vector2.One / scale;
        var last = new Vector2(Width - 1, Height - 1);
        var x = 0;
        // Four pixels at once, across and down in turn.
        var (downs, factors, lasts) = (Twice(down), Twice(factor), Twice(last));
        var strides = Vector256.Create(1, Width, 1, Width, 1, Width, 1, Width);
        ref var shift = ref Unsafe.As<Vector2, float>(ref MemoryMarshal.GetReference(shifts));
        for (; x <= indices.Length - 4; x += 4)
        {
            var from = Vector256.Create(Bits(positions[columns[x]]), Bits(positions[columns[x + 1]]), Bits(positions[columns[x + 2]]), Bits(positions[columns[x + 3]])).AsSingle();
            var place = (from + Vector256.LoadUnsafe(ref shift, (nuint)(2 * x)) + downs) * factors;
            place = Vector256.Min(Vector256.Max(Vector256.Floor(place), Vector256<float>.Zero), lasts);
            var cells = (Vector256.ConvertToInt32(place) * strides).AsInt64();
            cells += cells >>> 32;
            var index = Vector256.Narrow(cells, cells).GetLower();
            index.CopyTo(indices[x..]);
        }

        for (; x < indices.Length; x++)
        {
            var place = (positions[columns[x]] + shifts[x] + down) * factor;
            var (column, row) = ((int)Math.Clamp(MathF.Floor(place.X), 0, last.X), (int)Math.Clamp(MathF.Floor(place.Y), 0, last.Y));
            indices[x] = (row * Width) + column;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Bits(Vector2 value) => Unsafe.BitCast<Vector2, long>(value);

    private static Vector256<float> Twice(Vector2 value) => Vector256.Create(Bits(value)).AsSingle();

    // The label that most of the quarters of a label's pixel took; where all differ or two stand against two, that of the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Most(ushort first, ushort second, ushort third, ushort fourth) =>
        first == second || first == third || first == fourth ? first
        : second == third || second == fourth ? second
        : third == fourth ? third
        : first;
}
