using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render;

/// <summary>
/// A label map laid over a frame: where each texel's pixels are, and which texels need more than their own label. Formulas:
/// <see cref="OverlayMath"/>.
/// </summary>
internal sealed class LabelGrid
{
    /// <summary>A texel whose 3 x 3 neighbourhood is of several labels.</summary>
    public const byte Mixed = 0;

    /// <summary>A texel whose 3 x 3 neighbourhood is of one label: all its pixels have that label.</summary>
    public const byte Uniform = 1;

    /// <summary>A texel whose pixels see one label only, in their fill and contour windows too.</summary>
    public const byte Calm = 2;

    private const int MaxRadius = 64;
    private ushort[] _labels = [];
    private byte[] _uniform = [];
    private byte[] _eroded = [];
    private byte[] _state = [];
    private int _margin;
    private int _bytePitch;

    /// <summary>Width of the frame in pixels.</summary>
    public int FrameWidth { get; private set; }

    /// <summary>Height of the frame in pixels.</summary>
    public int FrameHeight { get; private set; }

    /// <summary>Width of the map in texels.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the map in texels.</summary>
    public int Height { get; private set; }

    /// <summary>Labels from one row of the map to the next: a column of repeated edge lies on each side.</summary>
    public int LabelPitch => Width + 2;

    /// <summary>Texel and B-spline weights of every pixel column.</summary>
    public AxisTable Columns { get; } = new();

    /// <summary>Texel and B-spline weights of every pixel row.</summary>
    public AxisTable Rows { get; } = new();

    /// <summary>Lays a map over a frame.</summary>
    /// <param name="frame">Size of the frame.</param>
    /// <param name="masks">The masks.</param>
    /// <param name="last">Label values above this one become this one.</param>
    /// <param name="step">Spacing of the contour's taps in pixels.</param>
    public void Set(FrameFormat frame, SegmentationResult masks, int last, int step)
    {
        (FrameWidth, FrameHeight, Width, Height) = (frame.Width, frame.Height, masks.Width, masks.Height);
        Columns.Set(frame.Width, masks.Width);
        Rows.Set(frame.Height, masks.Height);
        var radiusX = Math.Min(MaxRadius, OverlayMath.CalmRadius(FrameWidth, Width, step) - 1);
        var radiusY = Math.Min(MaxRadius, OverlayMath.CalmRadius(FrameHeight, Height, step) - 1);
        var count = (Width + 2) * (Height + 2);
        _margin = radiusX;
        _bytePitch = Width + (2 * radiusX);
        // Vectors may run over the end of the last row.
        Reserve(ref _labels, count + (2 * Vector<ushort>.Count));
        Reserve(ref _uniform, (_bytePitch * Height) + Vector<byte>.Count);
        Reserve(ref _eroded, (Width * Height) + Vector<byte>.Count);
        Reserve(ref _state, (Width * Height) + Vector<byte>.Count);
        CopyLabels(masks.Labels, (ushort)last);
        FindStates(radiusX, radiusY);
    }

    /// <summary>Labels of row <paramref name="j"/> (-1 to height), from column -1 to width: the edge is repeated.</summary>
    public ReadOnlySpan<ushort> LabelRow(int j) => _labels.AsSpan((j + 1) * LabelPitch, LabelPitch);

    /// <summary>States of row <paramref name="j"/>, one a texel.</summary>
    public ReadOnlySpan<byte> StateRow(int j) => _state.AsSpan(j * Width, Width);

    private static void Reserve<T>(ref T[] array, int count)
    {
        if (array.Length < count)
        {
            array = new T[count];
        }
    }

    private void CopyLabels(ReadOnlySpan<ushort> source, ushort last)
    {
        var limit = new Vector<ushort>(last);
        for (var j = 0; j < Height; j++)
        {
            var from = source.Slice(j * Width, Width);
            var to = _labels.AsSpan((j + 1) * LabelPitch, LabelPitch);
            var inner = to.Slice(1, Width);
            var i = 0;
            for (; i <= Width - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Min(new Vector<ushort>(from[i..]), limit).CopyTo(inner[i..]);
            }

            for (; i < Width; i++)
            {
                inner[i] = Math.Min(from[i], last);
            }

            to[0] = to[1];
            to[Width + 1] = to[Width];
        }

        _labels.AsSpan(LabelPitch, LabelPitch).CopyTo(_labels);
        _labels.AsSpan(Height * LabelPitch, LabelPitch).CopyTo(_labels.AsSpan((Height + 1) * LabelPitch));
    }

    private void FindStates(int radiusX, int radiusY)
    {
        for (var j = 0; j < Height; j++)
        {
            FindUniform(j);
            var row = _uniform.AsSpan(j * _bytePitch, _bytePitch);
            // Beyond the edge the map repeats itself, so what lies there is no reason to be careful.
            row[.._margin].Fill(Uniform);
            row[(_margin + Width)..].Fill(Uniform);
        }

        for (var j = 0; j < Height; j++)
        {
            ErodeRow(j, radiusX);
        }

        for (var j = 0; j < Height; j++)
        {
            FindCalm(j, radiusY);
        }
    }

    /// <summary>1 for each texel of a row that equals its eight neighbours, otherwise 0.</summary>
    private void FindUniform(int j)
    {
        ref var row = ref _labels[(j + 1) * LabelPitch];
        ref var to = ref _uniform[(j * _bytePitch) + _margin];
        for (var i = 0; i < Width; i += Vector<byte>.Count)
        {
            var low = EqualsNeighbours(ref row, i);
            var high = EqualsNeighbours(ref row, i + Vector<ushort>.Count);
            // What runs over the end of this row is written again with its margin and the next row.
            Vector.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
        }
    }

    private Vector<ushort> EqualsNeighbours(ref ushort row, int i)
    {
        // Column c of the map is element c + 1 of a row: the texel's own column is the middle one of the three.
        var own = Vector.LoadUnsafe(ref row, (nuint)(i + 1));
        var same = Vector<ushort>.One;
        for (var dx = 0; dx < 3; dx++)
        {
            ref var column = ref Unsafe.Add(ref row, i + dx);
            same &= Vector.Equals(own, Vector.LoadUnsafe(ref Unsafe.Subtract(ref column, LabelPitch)));
            same &= Vector.Equals(own, Vector.LoadUnsafe(ref column));
            same &= Vector.Equals(own, Vector.LoadUnsafe(ref column, (nuint)LabelPitch));
        }

        return same;
    }

    /// <summary>The smallest of each texel and its neighbours in the row.</summary>
    private void ErodeRow(int j, int radius)
    {
        ref var from = ref _uniform[j * _bytePitch];
        ref var to = ref _eroded[j * Width];
        for (var i = 0; i < Width; i += Vector<byte>.Count)
        {
            var smallest = Vector.LoadUnsafe(ref from, (nuint)i);
            for (var d = 1; d <= 2 * radius; d++)
            {
                smallest = Vector.Min(smallest, Vector.LoadUnsafe(ref from, (nuint)(i + d)));
            }

            // What runs over the end of this row is written again with the next.
            smallest.StoreUnsafe(ref to, (nuint)i);
        }
    }

    /// <summary>State of each texel of a row: uniform or not, plus one where all around are uniform.</summary>
    private void FindCalm(int j, int radius)
    {
        var (first, last) = (Math.Max(0, j - radius), Math.Min(Height - 1, j + radius));
        ref var uniform = ref _uniform[(j * _bytePitch) + _margin];
        ref var eroded = ref MemoryMarshal.GetArrayDataReference(_eroded);
        ref var to = ref _state[j * Width];
        for (var i = 0; i < Width; i += Vector<byte>.Count)
        {
            var smallest = Vector<byte>.One;
            for (var y = first; y <= last; y++)
            {
                smallest = Vector.Min(smallest, Vector.LoadUnsafe(ref eroded, (nuint)((y * Width) + i)));
            }

            (smallest + Vector.LoadUnsafe(ref uniform, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }
    }
}
