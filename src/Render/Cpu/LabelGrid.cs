using System.Numerics;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>
/// A label map laid over a frame: where each texel's pixels are, which texels need thought, and the guide colours. Formulas:
/// <see cref="OverlayMath"/>.
/// </summary>
internal sealed class LabelGrid
{
    /// <summary>A texel whose 3 x 3 neighbourhood is of several labels.</summary>
    public const byte Mixed = 0;

    /// <summary>A texel whose 3 x 3 neighbourhood is of one label: all its pixels have that label.</summary>
    public const byte Uniform = 1;

    /// <summary>A texel whose pixels see one label only, in their contour windows too.</summary>
    public const byte Calm = 2;

    private ushort[] _labels = [];
    private byte[] _state = [];
    private byte[] _distance = [];
    private int[] _guide = [];

    /// <summary>Size of the frame.</summary>
    public int FrameWidth { get; private set; }

    /// <summary>Height of the frame.</summary>
    public int FrameHeight { get; private set; }

    /// <summary>Size of the map.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the map.</summary>
    public int Height { get; private set; }

    /// <summary>Texel and B-spline weights of every pixel column.</summary>
    public AxisTable Columns { get; } = new();

    /// <summary>Texel and B-spline weights of every pixel row.</summary>
    public AxisTable Rows { get; } = new();

    /// <summary>Lays a map over a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="masks">The masks.</param>
    /// <param name="last">Label values above this one become this one.</param>
    /// <param name="step">Spacing of the contour's taps.</param>
    public void Set(Frame frame, SegmentationResult masks, int last, int step)
    {
        (FrameWidth, FrameHeight, Width, Height) = (frame.Width, frame.Height, masks.Width, masks.Height);
        Columns.Set(frame.Width, masks.Width);
        Rows.Set(frame.Height, masks.Height);
        var count = (Width + 2) * (Height + 2);
        if (_labels.Length < count)
        {
            _labels = new ushort[count];
            _state = new byte[count];
            _distance = new byte[count];
            _guide = new int[count];
        }

        CopyLabels(masks.Labels, (ushort)last);
        FindStates(OverlayMath.CalmRadius(FrameWidth, Width, step), OverlayMath.CalmRadius(FrameHeight, Height, step));
    }

    /// <summary>Labels of row <paramref name="j"/> (-1 to height), from column -1 to width: the edge is repeated.</summary>
    public ReadOnlySpan<ushort> LabelRow(int j) => _labels.AsSpan((j + 1) * (Width + 2), Width + 2);

    /// <summary>States of row <paramref name="j"/>, one a texel.</summary>
    public ReadOnlySpan<byte> StateRow(int j) => _state.AsSpan(j * Width, Width);

    /// <summary>The guide colour of a texel, clamped to the map: three channels, 8 bits each, the first lowest.</summary>
    public int Guide(int i, int j) => _guide[(Math.Clamp(j, 0, Height - 1) * Width) + Math.Clamp(i, 0, Width - 1)];

    /// <summary>Computes the guide colours of row <paramref name="j"/> where a mixed texel needs them.</summary>
    public void ComputeGuideRow(Frame frame, int j)
    {
        var cy = OverlayMath.CentrePixel(j, FrameHeight, Height);
        var lower = frame.Row(Math.Min(cy, FrameHeight - 1));
        var upper = frame.Row(Math.Clamp(cy - OverlayMath.GuideSpan(FrameHeight, Height), 0, FrameHeight - 1));
        var span = OverlayMath.GuideSpan(FrameWidth, Width);
        for (var i = 0; i < Width; i++)
        {
            if (!NeedsGuide(i, j))
            {
                continue;
            }

            var cx = OverlayMath.CentrePixel(i, FrameWidth, Width);
            var right = 3 * Math.Min(cx, FrameWidth - 1);
            var left = 3 * Math.Clamp(cx - span, 0, FrameWidth - 1);
            var guide = 0;
            for (var c = 2; c >= 0; c--)
            {
                guide = (guide << 8) | ((upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) >> 2);
            }

            _guide[(j * Width) + i] = guide;
        }
    }

    private bool NeedsGuide(int i, int j)
    {
        for (var y = Math.Max(0, j - 1); y <= Math.Min(Height - 1, j + 1); y++)
        {
            for (var x = Math.Max(0, i - 1); x <= Math.Min(Width - 1, i + 1); x++)
            {
                if (_state[(y * Width) + x] == Mixed)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void CopyLabels(ReadOnlySpan<ushort> source, ushort last)
    {
        var pitch = Width + 2;
        var limit = new Vector<ushort>(last);
        for (var j = 0; j < Height; j++)
        {
            var from = source.Slice(j * Width, Width);
            var to = _labels.AsSpan((j + 1) * pitch, pitch);
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

        _labels.AsSpan(pitch, pitch).CopyTo(_labels);
        _labels.AsSpan(Height * pitch, pitch).CopyTo(_labels.AsSpan((Height + 1) * pitch));
    }

    private void FindStates(int radiusX, int radiusY)
    {
        for (var j = 0; j < Height; j++)
        {
            FindUniform(LabelRow(j - 1), LabelRow(j), LabelRow(j + 1), _state.AsSpan(j * Width, Width));
        }

        // Calm: the square of radius - 1 around a texel holds uniform texels only. Two passes, columns then rows.
        var (rx, ry) = (radiusX - 1, radiusY - 1);
        for (var j = 0; j < Height; j++)
        {
            Erode(_state.AsSpan(j * Width, Width), _distance.AsSpan(j * Width, Width), rx);
        }

        for (var j = 0; j < Height; j++)
        {
            var row = _state.AsSpan(j * Width, Width);
            for (var i = 0; i < Width; i++)
            {
                if (row[i] == Uniform && ColumnIsUniform(i, j, ry))
                {
                    row[i] = Calm;
                }
            }
        }
    }

    private bool ColumnIsUniform(int i, int j, int radius)
    {
        for (var y = Math.Max(0, j - radius); y <= Math.Min(Height - 1, j + radius); y++)
        {
            if (_distance[(y * Width) + i] == Mixed)
            {
                return false;
            }
        }

        return true;
    }

    private static void Erode(ReadOnlySpan<byte> state, Span<byte> eroded, int radius)
    {
        // Texels since and until the nearest mixed one, by one walk each way.
        var since = radius + 1;
        for (var i = 0; i < state.Length; i++)
        {
            since = state[i] == Mixed ? 0 : since + 1;
            eroded[i] = since > radius ? Uniform : Mixed;
        }

        since = radius + 1;
        for (var i = state.Length - 1; i >= 0; i--)
        {
            since = state[i] == Mixed ? 0 : since + 1;
            if (since <= radius)
            {
                eroded[i] = Mixed;
            }
        }
    }

    private static void FindUniform(ReadOnlySpan<ushort> above, ReadOnlySpan<ushort> row, ReadOnlySpan<ushort> below, Span<byte> state)
    {
        // Walks columns: a column is alike where its three texels are; a texel is uniform where three equal alike columns meet.
        var previous = Alike(above, row, below, 0);
        var current = Alike(above, row, below, 1);
        for (var i = 0; i < state.Length; i++)
        {
            var next = Alike(above, row, below, i + 2);
            state[i] = current >= 0 && previous == current && next == current ? Uniform : Mixed;
            (previous, current) = (current, next);
        }
    }

    private static int Alike(ReadOnlySpan<ushort> above, ReadOnlySpan<ushort> row, ReadOnlySpan<ushort> below, int i) =>
        above[i] == row[i] && below[i] == row[i] ? row[i] : -1;
}
