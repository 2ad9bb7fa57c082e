using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>Finds the label of every pixel of a few rows of texels: steps 3 and 4 of <see cref="OverlayMath"/>.</summary>
/// <remarks>
/// Texels that agree with their neighbours, the most of any picture, are filled. The pixels of the others are handled in tiles of 4 x 4, a
/// lane each: each of the nine taps is one guide colour for all 16 lanes, so no lane needs a label of its own until the winner is picked.
/// One instance serves one thread at a time.
/// </remarks>
internal sealed class EdgeAwareUpsampler
{
    private const int Tile = 4;
    private const int Lanes = Tile * Tile;
    private const int Taps = 9;
    private const int LoadBytes = 16;

    // Four pixels of three bytes to a lane each; what lies beyond the 16 bytes, or has the top bit set, becomes 0.
    private static readonly Vector128<byte> Spread = Vector128.Create((byte)0, 1, 2, 128, 3, 4, 5, 128, 6, 7, 8, 128, 9, 10, 11, 128);

    // Of the texel: guide colours of the taps, channel by channel; the different labels among the taps and which of them each tap has.
    private readonly float[] _guides = new float[3 * Taps];
    private readonly ushort[] _labels = new ushort[Taps];
    private readonly int[] _labelOfTap = new int[Taps];
    private int _labelCount;

    /// <summary>Resolves the pixels of texel row <paramref name="j"/>.</summary>
    /// <param name="grid">Label map.</param>
    /// <param name="guides">Guide colours; rows j-1 to j+1 are computed.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="j">Row of texels.</param>
    /// <param name="resolved">Labels of the whole frame.</param>
    /// <param name="origin">Index of pixel (0, 0) in <paramref name="resolved"/>.</param>
    /// <param name="pitch">Labels from one row to the next in <paramref name="resolved"/>.</param>
    public void ResolveRow(LabelGrid grid, GuideColors guides, Frame frame, int j, ushort[] resolved, int origin, int pitch)
    {
        var (top, bottom) = (grid.Rows.Start[j], grid.Rows.Start[j + 1]);
        var starts = grid.Columns.Start;
        var states = grid.StateRow(j);
        var labels = grid.LabelRow(j);
        for (var i = 0; i < states.Length;)
        {
            if (states[i] == LabelGrid.Mixed)
            {
                ResolveTexel(grid, guides, frame, i, j, resolved, origin, pitch);
                i++;
                continue;
            }

            var end = i + 1;
            while (end < states.Length && states[end] != LabelGrid.Mixed)
            {
                end++;
            }

            // Neighbouring uniform texels share texels, so the whole run has one label.
            for (var y = top; y < bottom; y++)
            {
                resolved.AsSpan(origin + (y * pitch) + starts[i], starts[end] - starts[i]).Fill(labels[i + 1]);
            }

            i = end;
        }
    }

    private void ResolveTexel(LabelGrid grid, GuideColors guides, Frame frame, int i, int j, ushort[] resolved, int origin, int pitch)
    {
        FindTaps(grid, guides, i, j);
        var pixels = frame.Pixels;
        var labels = (Span<ushort>)stackalloc ushort[Lanes];
        var (left, right) = (grid.Columns.Start[i], grid.Columns.Start[i + 1]);
        var (top, bottom) = (grid.Rows.Start[j], grid.Rows.Start[j + 1]);
        for (var y = top; y < bottom; y += Tile)
        {
            for (var x = left; x < right; x += Tile)
            {
                // Columns behind the texel's are written again: by the next one, or as the margin at the end of the row.
                ResolveTile(grid, LoadTile(pixels, frame.Stride, frame.Height, x, y), x, y).CopyTo(labels);
                var rows = Math.Min(Tile, bottom - y);
                for (var row = 0; row < rows; row++)
                {
                    labels.Slice(Tile * row, Tile).CopyTo(resolved.AsSpan(origin + ((y + row) * pitch) + x, Tile));
                }
            }
        }
    }

    private void FindTaps(LabelGrid grid, GuideColors guides, int i, int j)
    {
        _labelCount = 0;
        for (var dy = 0; dy < 3; dy++)
        {
            var labelRow = grid.LabelRow(j + dy - 1);
            var guideRow = guides.Row(j + dy - 1);
            for (var dx = 0; dx < 3; dx++)
            {
                var tap = (3 * dy) + dx;
                var guide = guideRow[Math.Clamp(i + dx - 1, 0, guideRow.Length - 1)];
                (_guides[tap], _guides[Taps + tap], _guides[(2 * Taps) + tap]) = (guide & 0xFF, (guide >> 8) & 0xFF, guide >> 16);
                var label = labelRow[i + dx];
                var known = 0;
                while (known < _labelCount && _labels[known] != label)
                {
                    known++;
                }

                _labelOfTap[tap] = known;
                _labels[known] = label;
                _labelCount = Math.Max(_labelCount, known + 1);
            }
        }
    }

    // 4 x 4 pixels; those outside the frame do not matter.
    private static Vector512<int> LoadTile(ReadOnlySpan<byte> pixels, int stride, int height, int x, int y)
    {
        Span<uint> tile = stackalloc uint[Lanes];
        // A load that would reach behind its row is moved back, and its pixels are further to the right in it.
        var from = Math.Min(3 * x, stride - LoadBytes);
        var places = Spread + Vector128.Create((byte)((3 * x) - from));
        if (from < 0)
        {
            return LoadNarrow(pixels, stride, height, x, y);
        }

        for (var row = 0; row < Tile; row++)
        {
            var four = Vector128.Create(pixels.Slice((Math.Min(y + row, height - 1) * stride) + from, LoadBytes));
            Vector128.Shuffle(four, places).AsUInt32().CopyTo(tile[(Tile * row)..]);
        }

        return Vector512.Create<uint>(tile).AsInt32();
    }

    // The same in frames less than 16 bytes wide.
    private static Vector512<int> LoadNarrow(ReadOnlySpan<byte> pixels, int stride, int height, int x, int y)
    {
        Span<int> tile = stackalloc int[Lanes];
        for (var n = 0; n < Lanes; n++)
        {
            var at = (Math.Min(y + (n / Tile), height - 1) * stride) + Math.Min(3 * (x + (n % Tile)), stride - 3);
            tile[n] = pixels[at] | (pixels[at + 1] << 8) | (pixels[at + 2] << 16);
        }

        return Vector512.Create<int>(tile);
    }

    // Labels of the tile's pixels.
    private Vector256<ushort> ResolveTile(LabelGrid grid, Vector512<int> pixels, int x, int y)
    {
        var byteMask = Vector512.Create(0xFF);
        var c0 = Vector512.ConvertToSingle(pixels & byteMask);
        var c1 = Vector512.ConvertToSingle((pixels >>> 8) & byteMask);
        var c2 = Vector512.ConvertToSingle(pixels >>> 16);
        var k = Vector512.Create(OverlayMath.EdgeK);
        var k256 = Vector512.Create(256f * OverlayMath.EdgeK);
        var columns = (Span<Vector512<int>>)stackalloc Vector512<int>[3];
        var sums = (Span<Vector512<int>>)stackalloc Vector512<int>[Taps];
        (columns[0], columns[2]) = (EachRow(grid.Columns.Before, x), EachRow(grid.Columns.After, x));
        columns[1] = Vector512.Create(256) - columns[0] - columns[2];
        sums[.._labelCount].Clear();
        for (var dy = 0; dy < 3; dy++)
        {
            var row = dy switch
            {
                0 => EachColumn(grid.Rows.Before, y),
                1 => Vector512.Create(256) - EachColumn(grid.Rows.Before, y) - EachColumn(grid.Rows.After, y),
                _ => EachColumn(grid.Rows.After, y),
            };
            for (var dx = 0; dx < 3; dx++)
            {
                // Squares and their sum are whole numbers below 2^24, exact in single precision.
                var tap = (3 * dy) + dx;
                var d0 = c0 - Vector512.Create(_guides[tap]);
                var d1 = c1 - Vector512.Create(_guides[Taps + tap]);
                var d2 = c2 - Vector512.Create(_guides[(2 * Taps) + tap]);
                var distance = Vector512.ConvertToInt32((d0 * d0) + (d1 * d1) + (d2 * d2)) >> 2;
                // Exact in single precision: the quotient is at most 256 and the divisor below 2^17, so no quotient below a whole number n is
                // nearer to n than half a unit in the last place.
                var r = Vector512.ConvertToInt32(k256 / Vector512.ConvertToSingle(k + distance));
                sums[_labelOfTap[tap]] += columns[dx] * row * (Vector512<int>.One + ((r * r) >> 8));
            }
        }

        // Labels are in the order of their first taps, and only more is better.
        var best = sums[0];
        var winner = Vector512.Create((int)_labels[0]);
        for (var n = 1; n < _labelCount; n++)
        {
            var better = Vector512.GreaterThan(sums[n], best);
            best = Vector512.ConditionalSelect(better, sums[n], best);
            winner = Vector512.ConditionalSelect(better, Vector512.Create((int)_labels[n]), winner);
        }

        return Vector256.Narrow(winner.GetLower().AsUInt32(), winner.GetUpper().AsUInt32());
    }

    // Weights of four columns, for each row of a tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> EachRow(int[] weights, int x)
    {
        var four = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(weights), (nuint)x);
        var eight = Vector256.Create(four, four);
        return Vector512.Create(eight, eight);
    }

    // Weights of four rows, for each column of a tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> EachColumn(int[] weights, int y) => Vector512.Create(
        Vector256.Create(Vector128.Create(weights[y]), Vector128.Create(weights[y + 1])),
        Vector256.Create(Vector128.Create(weights[y + 2]), Vector128.Create(weights[y + 3])));
}
