using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class ContourTracerTests
{
    [Fact]
    public void A_rectangle_has_four_corners_clockwise() =>
        Assert.Equal([[1, 1, 3, 1, 3, 3, 1, 3]], Outlines(["....", ".aa.", ".aa.", "...."]));

    [Fact]
    public void A_hole_runs_the_other_way()
    {
        var outlines = Outlines(["aaa", "a.a", "aaa"]);
        Assert.Equal([[0, 0, 3, 0, 3, 3, 0, 3], [1, 2, 2, 2, 2, 1, 1, 1]], outlines.Select(o => Turned(o)));
        Assert.True(SignedArea(outlines[0]) > 0);
        Assert.True(SignedArea(outlines[1]) < 0);
    }

    [Fact]
    public void Pixels_that_touch_at_a_corner_are_apart() =>
        Assert.Equal(2, Outlines(["a.", ".a"]).Count);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 9, 7)]
    [InlineData(3, 40, 31)]
    [InlineData(4, 1, 50)]
    [InlineData(5, 128, 1)]
    public void Filling_the_outlines_gives_exactly_the_segments(int seed, int width, int height)
    {
        const int Segments = 4;
        var map = new SegmentMap();
        map.Fill(MaskScene.Random(seed, width, height, Segments), width, height);
        var tracer = new ContourTracer();
        tracer.Trace(map, Segments);
        tracer.Trace(map, Segments);
        for (var s = 0; s < Segments; s++)
        {
            var inside = new bool[width * height];
            foreach (var contour in tracer.Contours)
            {
                if (contour.Segment == s)
                {
                    FlipInside(inside, width, height, tracer.Points(contour));
                }
            }

            for (var i = 0; i < inside.Length; i++)
            {
                Assert.Equal(map.Pixels[i] == s, inside[i]);
            }
        }
    }

    // Even-odd rule: a pixel is inside where the number of vertical edges to its left is odd.
    private static void FlipInside(bool[] inside, int width, int height, ReadOnlySpan<int> points)
    {
        for (var k = 0; k < points.Length; k += 2)
        {
            var next = (k + 2) % points.Length;
            var (x0, y0, x1, y1) = (points[k], points[k + 1], points[next], points[next + 1]);
            Assert.True((x0 == x1) != (y0 == y1), "an edge is neither upright nor level");
            for (var y = Math.Min(y0, y1); y < Math.Max(y0, y1); y++)
            {
                for (var x = x0; x < width; x++)
                {
                    inside[(y * width) + x] ^= true;
                }
            }
        }
    }

    private static List<int[]> Outlines(string[] rows)
    {
        var map = new SegmentMap();
        map.Fill(MaskScene.Panoptic([0], rows), rows[0].Length, rows.Length);
        var tracer = new ContourTracer();
        tracer.Trace(map, 1);
        return [.. tracer.Contours.ToArray().Select(c => Turned(tracer.Points(c).ToArray()))];
    }

    // The same polygon, beginning at its smallest point (by x, then the order of the walk).
    private static int[] Turned(int[] points)
    {
        var corners = points.Chunk(2).ToArray();
        var first = Array.IndexOf(corners, corners.MinBy(c => (c[0], SignedArea(points) > 0 ? c[1] : -c[1])));
        return [.. corners[first..].Concat(corners[..first]).SelectMany(c => c)];
    }

    private static int SignedArea(int[] points)
    {
        var sum = 0;
        for (var k = 0; k < points.Length; k += 2)
        {
            var next = (k + 2) % points.Length;
            sum += (points[k] * points[next + 1]) - (points[next] * points[k + 1]);
        }

        return sum;
    }
}
