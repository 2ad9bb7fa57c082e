using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>Draws fills and contours into rows of pixels: steps 5 and 6 of <see cref="OverlayMath"/>. One instance serves one thread at a time.</summary>
/// <remarks>
/// Runs of calm texels are one solid blend. Elsewhere 32 pixels at a time are compared with their 25 neighbours; what differs adds its
/// weight in the pixel's lane. Nearly every window that is not of one label is of two, and then the two weights say it all; only where
/// three labels meet is the window walked pixel by pixel.
/// </remarks>
internal sealed class OverlayBlender
{
    private const int Lanes = BoundaryPainter.Lanes;
    private static readonly ushort[] Kernel5 = [1, 4, 6, 4, 1];
    private static readonly ushort[] Kernel3 = [0, 1, 2, 1, 0];

    private readonly SolidBlend _solid = new();
    private readonly BoundaryPainter _boundary = new();

    /// <summary>Draws row <paramref name="y"/>.</summary>
    /// <param name="job">What to draw.</param>
    /// <param name="source">The frame.</param>
    /// <param name="target">Where to draw: another frame of the same format, or the same.</param>
    /// <param name="y">Row of pixels.</param>
    public void BlendRow(in OverlayJob job, Frame source, Frame target, int y)
    {
        var from = source.Row(y);
        var to = target.Row(y);
        var grid = job.Grid;
        var states = grid.StateRow(grid.Rows.Texel[y]);
        var starts = grid.Columns.Start;
        var row = job.Origin + (y * job.Pitch);
        for (var i = 0; i < states.Length;)
        {
            var calm = states[i] == LabelGrid.Calm;
            var end = i + 1;
            while (end < states.Length && states[end] == LabelGrid.Calm == calm)
            {
                end++;
            }

            var (left, right) = (starts[i], starts[end]);
            if (calm)
            {
                // A run of calm texels is of one label, as every run of uniform ones is.
                _solid.Blend(from[(3 * left)..(3 * right)], to[(3 * left)..(3 * right)], left < right ? job.Fill[job.Resolved[row + left]] : 0);
            }
            else
            {
                for (var x = left; x < right; x += Lanes)
                {
                    BlendGroup(job, from, to, y, x, Math.Min(Lanes, right - x));
                }
            }

            i = end;
        }
    }

    private void BlendGroup(in OverlayJob job, ReadOnlySpan<byte> from, Span<byte> to, int y, int x, int count)
    {
        var at = job.Origin + (y * job.Pitch) + x;
        var (anything, anyContour, manyLabels) = CompareWindows(job, at);
        var row = job.Resolved.AsSpan(at, count);
        if (!anything)
        {
            for (var n = 0; n < count;)
            {
                var end = n + 1;
                while (end < count && row[end] == row[n])
                {
                    end++;
                }

                var (first, length) = (3 * (x + n), 3 * (end - n));
                _solid.Blend(from.Slice(first, length), to.Slice(first, length), job.Fill[row[n]]);
                n = end;
            }

            return;
        }

        // Lanes of more than two labels are drawn over, from what their pixels were.
        var source = from.Slice(3 * x, 3 * count);
        var target = to.Slice(3 * x, 3 * count);
        var before = (Span<byte>)stackalloc byte[3 * Lanes];
        if (manyLabels != 0)
        {
            source.CopyTo(before);
        }

        _boundary.Draw(job, row, anyContour, source, target);
        for (manyLabels &= (uint)((1UL << count) - 1); manyLabels != 0; manyLabels &= manyLabels - 1)
        {
            var n = BitOperations.TrailingZeroCount(manyLabels);
            DrawPixel(before.Slice(3 * n, 3), target.Slice(3 * n, 3), ManyLabels(job, at + n, _boundary.ContourWeight[n]));
        }
    }

    // Weights of what differs from each of 32 pixels, and the other label; whether anything differs at all, in a contour's window, and in
    // which pixels' windows more than one other label is.
    private (bool Anything, bool AnyContour, uint ManyLabels) CompareWindows(in OverlayJob job, int at)
    {
        ref var labels = ref MemoryMarshal.GetArrayDataReference(job.Resolved);
        var centre = Vector512.LoadUnsafe(ref labels, (nuint)at);
        var contour = Vector512<ushort>.Zero;
        var fill = Vector512<ushort>.Zero;
        var lowest = Vector512<ushort>.AllBitsSet;
        var highest = Vector512<ushort>.Zero;
        if (job.Contours)
        {
            for (var dy = -2; dy <= 2; dy++)
            {
                for (var dx = -2; dx <= 2; dx++)
                {
                    var other = Vector512.LoadUnsafe(ref labels, (nuint)(at + (((dy * job.Pitch) + dx) * job.Step)));
                    var differs = ~Vector512.Equals(other, centre);
                    contour += differs & Vector512.Create((ushort)(Kernel5[dy + 2] * Kernel5[dx + 2]));
                    lowest = Vector512.Min(lowest, other | ~differs);
                    highest = Vector512.Max(highest, other & differs);
                }
            }
        }

        // With taps farther apart than a pixel, the fill's window is not part of the contour's.
        for (var dy = -1; dy <= 1; dy++)
        {
            for (var dx = -1; dx <= 1; dx++)
            {
                var other = Vector512.LoadUnsafe(ref labels, (nuint)(at + (dy * job.Pitch) + dx));
                var differs = ~Vector512.Equals(other, centre);
                fill += differs & Vector512.Create((ushort)(Kernel3[dy + 2] * Kernel3[dx + 2]));
                lowest = Vector512.Min(lowest, other | ~differs);
                highest = Vector512.Max(highest, other & differs);
            }
        }

        var differing = Vector512.GreaterThanOrEqual(highest, lowest);
        if (differing == Vector512<ushort>.Zero)
        {
            return default;
        }

        contour.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_boundary.ContourWeight));
        fill.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_boundary.FillWeight));
        Vector512.ConditionalSelect(differing, lowest, centre).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_boundary.Other));
        var many = Vector512.GreaterThan(highest, lowest).ExtractMostSignificantBits();
        return (true, contour != Vector512<ushort>.Zero, (uint)many);
    }

    private static PixelPaint ManyLabels(in OverlayJob job, int at, int contourWeight)
    {
        var paint = default(PixelPaint);
        for (var dy = -2; dy <= 2; dy++)
        {
            for (var dx = -2; dx <= 2; dx++)
            {
                var fillWeight = Kernel3[dy + 2] * Kernel3[dx + 2];
                if (fillWeight > 0)
                {
                    paint.AddFill(job.Fill[job.Resolved[at + (dy * job.Pitch) + dx]], fillWeight);
                }

                if (contourWeight > 0)
                {
                    var label = job.Resolved[at + (((dy * job.Pitch) + dx) * job.Step)];
                    paint.AddContour(job.Contour[label], Kernel5[dy + 2] * Kernel5[dx + 2]);
                }
            }
        }

        paint.Strength = contourWeight > 0 ? job.Strength[contourWeight] : (byte)0;
        return paint;
    }

    private static void DrawPixel(ReadOnlySpan<byte> from, Span<byte> to, in PixelPaint paint)
    {
        const int Full = 255 * OverlayMath.FillWeights;
        var contourAlpha = paint.ContourWeight > 0 ? OverlayMath.Div255(paint.Strength * paint.ContourAlpha) : 0;
        for (var c = 0; c < 3; c++)
        {
            var value = ((from[c] * (Full - paint.FillAlpha)) + paint.FillChannel(c) + (Full / 2)) / Full;
            if (contourAlpha > 0)
            {
                var line = (paint.ContourChannel(c) + (paint.ContourWeight / 2)) / paint.ContourWeight;
                value = OverlayMath.Div255((value * (255 - contourAlpha)) + (line * contourAlpha));
            }

            to[c] = (byte)value;
        }
    }
}
