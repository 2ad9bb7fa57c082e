using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// From displacements of overlapping patches to one for every pixel: the mean where the patches around it agree; otherwise, at the border of
/// something that moves, that of the patch that explains it and its neighbours best. A mixture of two motions would be neither.
/// </summary>
internal sealed class FlowDensifier
{
    // Square of the distance, in pixels, up to which displacements are the same.
    private const float Same = 0.05f;

    private Vector2[] _patches = [];
    private readonly int[] _chosen = new int[4];
    private int _columns;

    /// <summary>Fills a field's displacements.</summary>
    /// <param name="grid">The patches, in pixels of the pictures.</param>
    /// <param name="now">The newer picture.</param>
    /// <param name="before">The older one.</param>
    /// <param name="flow">Gets the size of the pictures.</param>
    public void Run(in PatchGrid grid, GrayImage now, GrayImage before, FlowField flow)
    {
        (_patches, _columns) = (grid.Displacements, grid.Columns);
        flow.Resize(now.Width, now.Height);
        // The same two patches along each side are nearest to all pixels of a block.
        for (int y = 0, bottom; y < now.Height; y = bottom)
        {
            var (firstRow, lastRow) = grid.Nearest(y, grid.Rows, out bottom);
            bottom = Math.Min(bottom, now.Height);
            for (int x = 0, right; x < now.Width; x = right)
            {
                var (firstColumn, lastColumn) = grid.Nearest(x, grid.Columns, out right);
                right = Math.Min(right, now.Width);
                var patch = new PatchRange(firstColumn, firstRow, lastColumn, lastRow);
                if (Agree(patch, out var mean))
                {
                    for (var row = y; row < bottom; row++)
                    {
                        flow.Vectors.AsSpan((row * now.Width) + x, right - x).Fill(mean);
                    }

                    continue;
                }

                for (var row = y; row < bottom; row += 2)
                {
                    for (var column = x; column < right; column += 2)
                    {
                        Choose(patch, now, before, column, row);
                        Write(flow, column, row, right, bottom);
                    }
                }
            }
        }
    }

    private bool Agree(in PatchRange range, out Vector2 mean)
    {
        var first = _patches[(range.Top * _columns) + range.Left];
        mean = Vector2.Zero;
        var count = 0;
        for (var row = range.Top; row <= range.Bottom; row++)
        {
            for (var column = range.Left; column <= range.Right; column++)
            {
                var displacement = _patches[(row * _columns) + column];
                if (Vector2.DistanceSquared(displacement, first) > Same)
                {
                    return false;
                }

                mean += displacement;
                count++;
            }
        }

        mean /= count;
        return true;
    }

    // For four pixels at once, (x, y) the first: the patches that explain them best.
    private void Choose(in PatchRange range, GrayImage now, GrayImage before, int x, int y)
    {
        var least = Vector128.Create(float.MaxValue);
        var best = Vector128.Create((range.Top * _columns) + range.Left);
        for (var row = range.Top; row <= range.Bottom; row++)
        {
            for (var column = range.Left; column <= range.Right; column++)
            {
                var index = (row * _columns) + column;
                if (IsKnown(range, index))
                {
                    continue;
                }

                var costs = Costs(now, before, x, y, _patches[index]);
                best = Vector128.ConditionalSelect(Vector128.LessThan(costs, least).AsInt32(), Vector128.Create(index), best);
                least = Vector128.Min(costs, least);
            }
        }

        best.CopyTo(_chosen);
    }

    // Whether a patch of the range, before this one, has the very same displacement.
    private bool IsKnown(in PatchRange range, int index)
    {
        for (var row = range.Top; row <= range.Bottom; row++)
        {
            for (var column = range.Left; column <= range.Right; column++)
            {
                var other = (row * _columns) + column;
                if (other >= index)
                {
                    return false;
                }

                if (_patches[other] == _patches[index])
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Write(FlowField flow, int x, int y, int right, int bottom)
    {
        for (var i = 0; i < _chosen.Length; i++)
        {
            var (column, row) = (x + (i & 1), y + (i >> 1));
            if (column < right && row < bottom)
            {
                flow.Vectors[(row * flow.Width) + column] = _patches[_chosen[i]];
            }
        }
    }

    // For each of 2 x 2 pixels the sum of the differences of the 3 x 3 around it, its own twice. A row is a vector of four floats.
    private static Vector128<float> Costs(GrayImage now, GrayImage before, int x, int y, Vector2 displacement)
    {
        // From three pixels outside on, all pixels are those of the edge, which the border repeats.
        var fromX = Math.Clamp(x + displacement.X, -3f, before.Width + 1f);
        var fromY = Math.Clamp(y + displacement.Y, -3f, before.Height + 1f);
        var (left, top) = ((int)MathF.Floor(fromX), (int)MathF.Floor(fromY));
        var (u, v) = (Vector128.Create(fromX - left), Vector128.Create(fromY - top));
        ref var source = ref before[left - 1, top - 1];
        ref var target = ref now[x - 1, y - 1];
        var (down, along) = (before.Stride, now.Stride);
        var a = Across(ref source, u);
        var b = Across(ref Unsafe.Add(ref source, down), u);
        var c = Across(ref Unsafe.Add(ref source, 2 * down), u);
        var d = Across(ref Unsafe.Add(ref source, 3 * down), u);
        var e = Across(ref Unsafe.Add(ref source, 4 * down), u);
        var first = Difference(a, b, v, ref target);
        var second = Difference(b, c, v, ref Unsafe.Add(ref target, along));
        var third = Difference(c, d, v, ref Unsafe.Add(ref target, 2 * along));
        var fourth = Difference(d, e, v, ref Unsafe.Add(ref target, 3 * along));
        var middle = second + third;
        var upper = Around(first + middle, second);
        var lower = Around(middle + fourth, third);
        return Vector128.Create(upper.GetLower(), lower.GetLower());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Difference(Vector128<float> upper, Vector128<float> lower, Vector128<float> v, ref float target) =>
        Vector128.Abs(Vector128.MultiplyAddEstimate(v, lower - upper, upper) - Vector128.LoadUnsafe(ref target));

    // Sums of three columns and the middle once more, for the second and third column, in the first two places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Around(Vector128<float> rows, Vector128<float> middle) =>
        rows + Vector128.Shuffle(rows + middle, Vector128.Create(1, 2, 3, 3)) + Vector128.Shuffle(rows, Vector128.Create(2, 3, 3, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Across(ref float row, Vector128<float> u)
    {
        var first = Vector128.LoadUnsafe(ref row);
        return Vector128.MultiplyAddEstimate(u, Vector128.LoadUnsafe(ref row, 1) - first, first);
    }

    private readonly record struct PatchRange(int Left, int Top, int Right, int Bottom);
}
