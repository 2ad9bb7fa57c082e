using System.Numerics;

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

    // Sum of the differences of 3 x 3 pixels, the one in the middle twice.
    private static float Cost(GrayImage now, GrayImage before, int x, int y, Vector2 displacement)
    {
        var (fromX, fromY) = (x + displacement.X, y + displacement.Y);
        var cost = MathF.Abs(before.Sample(fromX, fromY) - now[x, y]);
        for (var v = -1; v <= 1; v++)
        {
            for (var u = -1; u <= 1; u++)
            {
                cost += MathF.Abs(before.Sample(fromX + u, fromY + v) - now[x + u, y + v]);
            }
        }

        return cost;
    }

    private readonly record struct PatchRange(int Left, int Top, int Right, int Bottom);
}
