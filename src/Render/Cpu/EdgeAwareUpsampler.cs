using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>Finds the label of every pixel of a few rows of texels: steps 3 and 4 of <see cref="OverlayMath"/>.</summary>
/// <remarks>
/// Texels that agree with their neighbours, the most of any picture, are filled. The pixels of the others are handled in groups of 16: each
/// of the nine taps is one guide colour for all 16 lanes, so no lane needs a label of its own until the winner is picked.
/// One instance serves one thread at a time.
/// </remarks>
internal sealed class EdgeAwareUpsampler
{
    private const int Lanes = 16;

    // One group of pixels: channels, column and row weights (before, at, after), and where the label goes.
    private readonly int[] _channels = GC.AllocateUninitializedArray<int>(3 * Lanes, pinned: true);
    private readonly int[] _columnWeights = GC.AllocateUninitializedArray<int>(3 * Lanes, pinned: true);
    private readonly int[] _rowWeights = GC.AllocateUninitializedArray<int>(3 * Lanes, pinned: true);
    private readonly int[] _targets = new int[Lanes];
    private readonly ushort[] _tapLabels = new ushort[9];
    private readonly int[] _tapGuides = new int[9];
    private readonly int[] _winners = GC.AllocateUninitializedArray<int>(Lanes, pinned: true);

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
        for (var tap = 0; tap < 9; tap++)
        {
            var (dx, dy) = ((tap % 3) - 1, (tap / 3) - 1);
            _tapLabels[tap] = grid.LabelRow(j + dy)[i + dx + 1];
            _tapGuides[tap] = guides[i + dx, j + dy];
        }

        var (left, right) = (grid.Columns.Start[i], grid.Columns.Start[i + 1]);
        var (top, bottom) = (grid.Rows.Start[j], grid.Rows.Start[j + 1]);
        var count = 0;
        for (var y = top; y < bottom; y++)
        {
            var row = frame.Row(y);
            var (before, after) = (grid.Rows.Before[y], grid.Rows.After[y]);
            for (var x = left; x < right; x++)
            {
                _channels[count] = row[3 * x];
                _channels[Lanes + count] = row[(3 * x) + 1];
                _channels[(2 * Lanes) + count] = row[(3 * x) + 2];
                _columnWeights[count] = grid.Columns.Before[x];
                _columnWeights[Lanes + count] = 256 - grid.Columns.Before[x] - grid.Columns.After[x];
                _columnWeights[(2 * Lanes) + count] = grid.Columns.After[x];
                _rowWeights[count] = before;
                _rowWeights[Lanes + count] = 256 - before - after;
                _rowWeights[(2 * Lanes) + count] = after;
                _targets[count] = origin + (y * pitch) + x;
                if (++count == Lanes)
                {
                    ResolveGroup(count, resolved);
                    count = 0;
                }
            }
        }

        if (count > 0)
        {
            ResolveGroup(count, resolved);
        }
    }

    private void ResolveGroup(int count, ushort[] resolved)
    {
        var c0 = Load(_channels, 0);
        var c1 = Load(_channels, 1);
        var c2 = Load(_channels, 2);
        var weights = (Span<Vector512<int>>)stackalloc Vector512<int>[9];
        var k = Vector512.Create(OverlayMath.EdgeK);
        var k256 = Vector512.Create(256f * OverlayMath.EdgeK);
        for (var tap = 0; tap < 9; tap++)
        {
            var guide = _tapGuides[tap];
            var d0 = c0 - Vector512.Create(guide & 0xFF);
            var d1 = c1 - Vector512.Create((guide >> 8) & 0xFF);
            var d2 = c2 - Vector512.Create(guide >> 16);
            var distance = ((d0 * d0) + (d1 * d1) + (d2 * d2)) >> 2;
            // Exact in single precision: the quotient is at most 256 and the divisor below 2^17, so no quotient below a whole number n is
            // nearer to n than half a unit in the last place.
            var r = Vector512.ConvertToInt32(k256 / Vector512.ConvertToSingle(k + distance));
            var b = Load(_columnWeights, tap % 3) * Load(_rowWeights, tap / 3);
            weights[tap] = b * (Vector512<int>.One + ((r * r) >> 8));
        }

        var best = Vector512.Create(-1);
        var winner = Vector512<int>.Zero;
        for (var tap = 0; tap < 9; tap++)
        {
            var label = _tapLabels[tap];
            if (_tapLabels.AsSpan(0, tap).Contains(label))
            {
                continue;
            }

            var sum = weights[tap];
            for (var other = tap + 1; other < 9; other++)
            {
                if (_tapLabels[other] == label)
                {
                    sum += weights[other];
                }
            }

            var better = Vector512.GreaterThan(sum, best);
            best = Vector512.ConditionalSelect(better, sum, best);
            winner = Vector512.ConditionalSelect(better, Vector512.Create((int)label), winner);
        }

        winner.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_winners));
        for (var lane = 0; lane < count; lane++)
        {
            resolved[_targets[lane]] = (ushort)_winners[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Load(int[] values, int group) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)(group * Lanes));
}
