using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Displacements of overlapping patches between two pictures by inverse search (Kroeger et al., "Fast Optical Flow using Dense Inverse
/// Search", ECCV 2016), coarse to fine. A patch is 8 x 8, so that a row is one vector of eight floats; patches are 4 apart. The mean of a patch
/// is left out of the comparison, so a change of brightness is no motion.
/// </summary>
internal sealed class PatchFlow
{
    private const int Side = 8;
    private const int Step = 4;
    private const int MostIterations = 6;
    private const float Pixels = Side * Side;
    // A patch of a plain surface says nothing of its motion: below this its neighbours' is taken.
    private const float LeastTexture = 40f;
    // Square of the distance, in pixels, up to which two places to begin at are one.
    private const float Near = 0.0001f;

    private readonly Vector256<float>[] _template = new Vector256<float>[Side];
    private readonly Vector256<float>[] _gradientX = new Vector256<float>[Side];
    private readonly Vector256<float>[] _gradientY = new Vector256<float>[Side];
    private readonly FlowDensifier _densifier = new();
    private Vector2[] _coarse = [];
    private Vector2[] _fine = [];
    private int _columns;
    private int _rows;
    // Of the finest level, of the pictures before: most things go on as they did.
    private Vector2[] _last = [];
    private int _lastColumns;
    private int _lastRows;

    /// <summary>Finds where the pixels of <paramref name="now"/> were in <paramref name="before"/>.</summary>
    /// <param name="now">The newer picture.</param>
    /// <param name="before">The older one, of the same size.</param>
    /// <param name="flow">Its displacements are filled, at the size of <see cref="GrayPyramid.OfField"/> and in its pixels.</param>
    public void Run(GrayPyramid now, GrayPyramid before, FlowField flow)
    {
        if (_lastColumns != PatchesAlong(now[0].Width) || _lastRows != PatchesAlong(now[0].Height))
        {
            Reset();
        }

        int coarseColumns = 0, coarseRows = 0;
        for (var level = now.Count - 1; level >= 0; level--)
        {
            (_coarse, _fine) = (_fine, _coarse);
            (_columns, _rows) = (PatchesAlong(now[level].Width), PatchesAlong(now[level].Height));
            if (_fine.Length < _columns * _rows)
            {
                _fine = new Vector2[_columns * _rows];
            }

            Search(now[level], before[level], level, coarseColumns, coarseRows);
            (coarseColumns, coarseRows) = (_columns, _rows);
        }

        if (_last.Length < _fine.Length)
        {
            _last = new Vector2[_fine.Length];
        }

        _fine.AsSpan(0, _columns * _rows).CopyTo(_last);
        (_lastColumns, _lastRows) = (_columns, _rows);
        // Where patches lie at that size: what is half as large is so in all.
        var scale = ReferenceEquals(now.OfField, now[0]) ? 1f : 0.5f;
        for (var i = 0; i < _columns * _rows; i++)
        {
            _fine[i] *= scale;
        }

        _densifier.Run(new PatchGrid(_fine, _columns, _rows, Step * scale, Side * scale), now.OfField, before.OfField, flow);
    }

    /// <summary>Forgets the motion before, as the next picture has nothing in common with the last one.</summary>
    public void Reset() => (_lastColumns, _lastRows) = (0, 0);

    private static int PatchesAlong(int side) => Math.Max(1, ((side - Side + Step - 1) / Step) + 1);

    private static int Origin(int patch, int side) => Math.Min(patch * Step, Math.Max(0, side - Side));

    private void Search(GrayImage now, GrayImage before, int level, int coarseColumns, int coarseRows)
    {
        for (var row = 0; row < _rows; row++)
        {
            var y = Origin(row, now.Height);
            for (var column = 0; column < _columns; column++)
            {
                var x = Origin(column, now.Width);
                var index = (row * _columns) + column;
                Load(now, x, y);
                var best = coarseColumns == 0 ? Vector2.Zero : 2 * _coarse[(Math.Min(row / 2, coarseRows - 1) * coarseColumns) + Math.Min(column / 2, coarseColumns - 1)];
                TryFit(before, x, y, best, out var fit);
                // Neighbours that are done already: what fits them often fits here, also across a level's mistake.
                if (column > 0)
                {
                    Try(before, x, y, _fine[index - 1], ref best, ref fit);
                }

                if (row > 0)
                {
                    Try(before, x, y, _fine[index - _columns], ref best, ref fit);
                }

                Try(before, x, y, Vector2.Zero, ref best, ref fit);
                if (_lastColumns > 0)
                {
                    var (lastRow, lastColumn) = (Math.Min(row << level, _lastRows - 1), Math.Min(column << level, _lastColumns - 1));
                    Try(before, x, y, _last[(lastRow * _lastColumns) + lastColumn] / (1 << level), ref best, ref fit);
                }

                _fine[index] = Refine(before, x, y, best, fit);
            }
        }
    }

    private void Load(GrayImage now, int x, int y)
    {
        for (var r = 0; r < Side; r++)
        {
            ref var at = ref now[x, y + r];
            _template[r] = Vector256.LoadUnsafe(ref at);
            _gradientX[r] = (Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 1)) - Vector256.LoadUnsafe(ref Unsafe.Add(ref at, -1))) * Vector256.Create(0.5f);
            _gradientY[r] = (Vector256.LoadUnsafe(ref Unsafe.Add(ref at, now.Stride)) - Vector256.LoadUnsafe(ref Unsafe.Add(ref at, -now.Stride))) * Vector256.Create(0.5f);
        }
    }

    private void Try(GrayImage before, int x, int y, Vector2 candidate, ref Vector2 best, ref Fit fit)
    {
        // From one of two that are so near, the search comes to the same end.
        if (Vector2.DistanceSquared(candidate, best) > Near && TryFit(before, x, y, candidate, out var other) && other.Cost < fit.Cost)
        {
            (best, fit) = (candidate, other);
        }
    }

    // Compares the patch with what is at a displacement. One that is out of the picture has the highest cost and nothing else.
    private bool TryFit(GrayImage before, int x, int y, Vector2 displacement, out Fit fit)
    {
        var (px, py) = (x + displacement.X, y + displacement.Y);
        if (!(px >= -Side && py >= -Side && px <= before.Width && py <= before.Height))
        {
            fit = new Fit(float.MaxValue, 0, 0, 0);
            return false;
        }

        // Between four pixels, the same way for all of the patch: across in each row, and then from row to row.
        var (left, top) = ((int)MathF.Floor(px), (int)MathF.Floor(py));
        var (u, v) = (Vector256.Create(px - left), Vector256.Create(py - top));
        ref var at = ref before[left, top];
        ref var template = ref MemoryMarshal.GetArrayDataReference(_template);
        ref var gradientX = ref MemoryMarshal.GetArrayDataReference(_gradientX);
        ref var gradientY = ref MemoryMarshal.GetArrayDataReference(_gradientY);
        Vector256<float> sum = default, squares = default, alongX = default, alongY = default;
        var upper = Across(ref at, u);
        for (var r = 0; r < Side; r++)
        {
            at = ref Unsafe.Add(ref at, before.Stride);
            var lower = Across(ref at, u);
            var difference = Vector256.MultiplyAddEstimate(lower - upper, v, upper) - Unsafe.Add(ref template, r);
            upper = lower;
            sum += difference;
            squares = Vector256.MultiplyAddEstimate(difference, difference, squares);
            alongX = Vector256.MultiplyAddEstimate(Unsafe.Add(ref gradientX, r), difference, alongX);
            alongY = Vector256.MultiplyAddEstimate(Unsafe.Add(ref gradientY, r), difference, alongY);
        }

        var sums = Sums(sum, squares, alongX, alongY);
        var mean = sums[0] / Pixels;
        fit = new Fit(sums[1] - (mean * sums[0]), mean, sums[2], sums[3]);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Across(ref float row, Vector256<float> u)
    {
        var first = Vector256.LoadUnsafe(ref row);
        return Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 1) - first, u, first);
    }

    // The sum of each of four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Avx.IsSupported)
        {
            return Vector128.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
        }

        var sums = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return sums.GetLower() + sums.GetUpper();
    }

    private Vector2 Refine(GrayImage before, int x, int y, Vector2 start, Fit fit)
    {
        Vector256<float> xx = default, xy = default, yy = default, sx = default, sy = default;
        for (var r = 0; r < Side; r++)
        {
            var (gx, gy) = (_gradientX[r], _gradientY[r]);
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
            sx += gx;
            sy += gy;
        }

        var (sumX, sumY) = (Vector256.Sum(sx), Vector256.Sum(sy));
        var hxx = Vector256.Sum(xx) - (sumX * sumX / Pixels) + 1;
        var hxy = Vector256.Sum(xy) - (sumX * sumY / Pixels);
        var hyy = Vector256.Sum(yy) - (sumY * sumY / Pixels) + 1;
        if (hxx + hyy < LeastTexture || fit.Cost == float.MaxValue)
        {
            return start;
        }

        var inverse = 1 / ((hxx * hyy) - (hxy * hxy));
        var (displacement, startCost) = (start, fit.Cost);
        for (var i = 0; i < MostIterations; i++)
        {
            var (rx, ry) = (fit.AlongX - (sumX * fit.Mean), fit.AlongY - (sumY * fit.Mean));
            var step = new Vector2((hyy * rx) - (hxy * ry), (hxx * ry) - (hxy * rx)) * inverse;
            displacement -= step;
            if (!TryFit(before, x, y, displacement, out fit))
            {
                return start;
            }

            if (step.LengthSquared() < 0.0009f)
            {
                break;
            }
        }

        // What wandered further than the patch is wide, or got worse, did not converge.
        return (displacement - start).LengthSquared() <= Side * Side && fit.Cost <= startCost ? displacement : start;
    }

    /// <summary>How a patch compares with what is at a displacement.</summary>
    /// <param name="Cost">Sum of the squares of the differences, less their mean.</param>
    /// <param name="Mean">Their mean.</param>
    /// <param name="AlongX">Their product with the patch's gradient across.</param>
    /// <param name="AlongY">The same down.</param>
    private readonly record struct Fit(float Cost, float Mean, float AlongX, float AlongY);
}
