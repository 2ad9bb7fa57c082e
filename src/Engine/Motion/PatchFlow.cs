using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
                var cost = Cost(before, x, y, best);
                // Neighbours that are done already: what fits them often fits here, also across a level's mistake.
                if (column > 0)
                {
                    Try(before, x, y, _fine[index - 1], ref best, ref cost);
                }

                if (row > 0)
                {
                    Try(before, x, y, _fine[index - _columns], ref best, ref cost);
                }

                Try(before, x, y, Vector2.Zero, ref best, ref cost);
                if (_lastColumns > 0)
                {
                    var (lastRow, lastColumn) = (Math.Min(row << level, _lastRows - 1), Math.Min(column << level, _lastColumns - 1));
                    Try(before, x, y, _last[(lastRow * _lastColumns) + lastColumn] / (1 << level), ref best, ref cost);
                }

                _fine[index] = Refine(before, x, y, best, cost);
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

    private void Try(GrayImage before, int x, int y, Vector2 candidate, ref Vector2 best, ref float cost)
    {
        if (candidate != best && Cost(before, x, y, candidate) is var other && other < cost)
        {
            (best, cost) = (candidate, other);
        }
    }

    private float Cost(GrayImage before, int x, int y, Vector2 displacement)
    {
        if (!TryLocate(before, x, y, displacement, out var patch))
        {
            return float.MaxValue;
        }

        var (sum, squares) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var r = 0; r < Side; r++)
        {
            var difference = patch.Row(r) - _template[r];
            sum += difference;
            squares += difference * difference;
        }

        var total = Vector256.Sum(sum);
        return Vector256.Sum(squares) - (total * total / Pixels);
    }

    private Vector2 Refine(GrayImage before, int x, int y, Vector2 start, float startCost)
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
        var determinant = (hxx * hyy) - (hxy * hxy);
        if (hxx + hyy < LeastTexture)
        {
            return start;
        }

        var displacement = start;
        for (var i = 0; i < MostIterations; i++)
        {
            if (!TryLocate(before, x, y, displacement, out var patch))
            {
                return start;
            }

            Vector256<float> sum = default, bx = default, by = default;
            for (var r = 0; r < Side; r++)
            {
                var difference = patch.Row(r) - _template[r];
                sum += difference;
                bx += _gradientX[r] * difference;
                by += _gradientY[r] * difference;
            }

            var mean = Vector256.Sum(sum) / Pixels;
            var (rx, ry) = (Vector256.Sum(bx) - (sumX * mean), Vector256.Sum(by) - (sumY * mean));
            var step = new Vector2(((hyy * rx) - (hxy * ry)) / determinant, ((hxx * ry) - (hxy * rx)) / determinant);
            displacement -= step;
            if (step.LengthSquared() < 0.0009f)
            {
                break;
            }
        }

        // What wandered further than the patch is wide, or got worse, did not converge.
        return (displacement - start).LengthSquared() <= Side * Side && Cost(before, x, y, displacement) <= startCost ? displacement : start;
    }

    /// <summary>A displaced patch: whole position and weights of the four neighbours, the same for all its pixels.</summary>
    private static bool TryLocate(GrayImage image, int x, int y, Vector2 displacement, out Patch patch)
    {
        var (px, py) = (x + displacement.X, y + displacement.Y);
        if (!(px >= -Side && py >= -Side && px <= image.Width && py <= image.Height))
        {
            patch = default;
            return false;
        }

        var (left, top) = ((int)MathF.Floor(px), (int)MathF.Floor(py));
        patch = new Patch(ref image[left, top], image.Stride, px - left, py - top);
        return true;
    }

    private readonly ref struct Patch(ref float origin, int stride, float u, float v)
    {
        private readonly ref float _origin = ref origin;
        private readonly Vector256<float> _a = Vector256.Create((1 - u) * (1 - v));
        private readonly Vector256<float> _b = Vector256.Create(u * (1 - v));
        private readonly Vector256<float> _c = Vector256.Create((1 - u) * v);
        private readonly Vector256<float> _d = Vector256.Create(u * v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Row(int row)
        {
            ref var upper = ref Unsafe.Add(ref _origin, row * stride);
            ref var lower = ref Unsafe.Add(ref upper, stride);
            return (_a * Vector256.LoadUnsafe(ref upper)) + (_b * Vector256.LoadUnsafe(ref upper, 1))
                + (_c * Vector256.LoadUnsafe(ref lower)) + (_d * Vector256.LoadUnsafe(ref lower, 1));
        }
    }
}
