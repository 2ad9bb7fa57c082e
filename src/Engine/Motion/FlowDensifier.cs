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

                for (var row = y; row < bottom; row++)
                {
                    for (var column = x; column < right; column++)
                    {
                        flow.Vectors[(row * now.Width) + column] = Best(patch, now, before, column, row);
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

    private Vector2 Best(in PatchRange range, GrayImage now, GrayImage before, int x, int y)
    {
        var best = Vector2.Zero;
        var least = float.MaxValue;
        for (var row = range.Top; row <= range.Bottom; row++)
        {
            for (var column = range.Left; column <= range.Right; column++)
            {
                var displacement = _patches[(row * _columns) + column];
                var cost = Cost(now, before, x, y, displacement);
                if (cost < least)
                {
                    (least, best) = (cost, displacement);
                }
            }
        }

        return best;
    }

    // Sum of the differences of 3 x 3 pixels, the one in the middle twice. A row is a vector of four floats, whose last one does not count.
    private static float Cost(GrayImage now, GrayImage before, int x, int y, Vector2 displacement)
    {
        // From two pixels outside on, all pixels are those of the edge, which the border repeats.
        var fromX = Math.Clamp(x + displacement.X, -2f, before.Width + 1f);
        var fromY = Math.Clamp(y + displacement.Y, -2f, before.Height + 1f);
        var (left, top) = ((int)MathF.Floor(fromX), (int)MathF.Floor(fromY));
        var (u, v) = (Vector128.Create(fromX - left), Vector128.Create(fromY - top));
        ref var source = ref before[left - 1, top - 1];
        ref var target = ref now[x - 1, y - 1];
        var upper = Across(ref source, u);
        var sum = Vector128<float>.Zero;
        var middle = 0f;
        for (var row = 0; row < 3; row++)
        {
            source = ref Unsafe.Add(ref source, before.Stride);
            var lower = Across(ref source, u);
            var difference = Vector128.Abs(upper + (v * (lower - upper)) - Vector128.LoadUnsafe(ref target));
            sum += difference;
            middle = row == 1 ? difference[1] : middle;
            upper = lower;
            target = ref Unsafe.Add(ref target, now.Stride);
        }

        return sum[0] + sum[1] + sum[2] + middle;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Across(ref float row, Vector128<float> u)
    {
        var first = Vector128.LoadUnsafe(ref row);
        return first + (u * (Vector128.LoadUnsafe(ref row, 1) - first));
    }

    private readonly record struct PatchRange(int Left, int Top, int Right, int Bottom);
}
