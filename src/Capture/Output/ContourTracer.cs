using System.Runtime.InteropServices;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Outlines of all segments of a map: polygons along the edges between pixels, so that they enclose exactly the pixels of the segment.
/// Outer outlines run clockwise (as seen, y downwards), holes counter-clockwise; pixels that touch only at a corner are apart. Memory is used
/// again for the next frame.
/// </summary>
/// <remarks>
/// An outline is walked with the segment always on the right hand. Every outline, outer or hole, goes up somewhere along the left edge of
/// a pixel whose left neighbour is not in the segment; so each such edge that no walk has passed yet starts a new one.
/// </remarks>
internal sealed class ContourTracer
{
    // Steps up, right, down, left; a turn to the right is one further.
    private static readonly int[] StepX = [0, 1, 0, -1];
    private static readonly int[] StepY = [-1, 0, 1, 0];
    // From a corner, the pixel ahead on the right hand; the one on the left hand is that of one direction before.
    private static readonly int[] RightX = [0, 0, -1, -1];
    private static readonly int[] RightY = [-1, 0, 0, -1];
    private readonly List<int> _points = [];
    private readonly List<Contour> _contours = [];
    private bool[] _passed = [];

    /// <summary>One outline: the segment, and where its points are in <see cref="Points"/>.</summary>
    public readonly record struct Contour(int Segment, int Start, int Length);

    /// <summary>All outlines.</summary>
    public ReadOnlySpan<Contour> Contours => CollectionsMarshal.AsSpan(_contours);

    /// <summary>Traces all segments of a map; values of <paramref name="segments"/> and above are no segment.</summary>
    public void Trace(SegmentMap map, int segments)
    {
        _points.Clear();
        _contours.Clear();
        var pixels = map.Pixels;
        if (_passed.Length < pixels.Length)
        {
            _passed = new bool[pixels.Length];
        }

        Array.Clear(_passed, 0, pixels.Length);
        for (var y = 0; y < map.Height; y++)
        {
            var row = pixels.Slice(y * map.Width, map.Width);
            var left = SegmentationResult.Void;
            for (var x = 0; x < row.Length; x++)
            {
                var here = row[x];
                if (here != left && here < segments && !_passed[(y * map.Width) + x])
                {
                    Walk(pixels, map.Width, map.Height, x, y, here);
                }

                left = here;
            }
        }
    }

    /// <summary>The corners of an outline: x, y, x, y, ... in pixels, (0, 0) being the upper left corner of the picture.</summary>
    public ReadOnlySpan<int> Points(Contour contour) => CollectionsMarshal.AsSpan(_points).Slice(contour.Start, contour.Length);

    private void Walk(ReadOnlySpan<ushort> pixels, int width, int height, int startX, int startY, ushort segment)
    {
        var first = _points.Count;
        // From the lower to the upper corner of the pixel's left edge.
        var (x, y, direction) = (startX, startY + 1, 0);
        do
        {
            if (direction == 0)
            {
                _passed[((y - 1) * width) + x] = true;
            }

            x += StepX[direction];
            y += StepY[direction];
            var left = (direction + 3) & 3;
            var turn = !IsAt(pixels, width, height, x + RightX[direction], y + RightY[direction], segment) ? 1
                : IsAt(pixels, width, height, x + RightX[left], y + RightY[left], segment) ? 3
                : 0;
            if (turn != 0)
            {
                _points.Add(x);
                _points.Add(y);
                direction = (direction + turn) & 3;
            }
        }
        while (x != startX || y != startY + 1 || direction != 0);

        _contours.Add(new Contour(segment, first, _points.Count - first));
    }

    private static bool IsAt(ReadOnlySpan<ushort> pixels, int width, int height, int x, int y, ushort segment) =>
        (uint)x < (uint)width && (uint)y < (uint)height && pixels[(y * width) + x] == segment;
}
