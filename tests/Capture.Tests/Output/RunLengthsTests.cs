using System.Text;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class RunLengthsTests
{
    [Fact]
    public void Runs_go_column_by_column_and_begin_outside()
    {
        var (_, runs) = Encode(MaskScene.Panoptic([0, 1], "ab.", "aab"), 3, 2);
        // Columns: aa, ba, .b
        Assert.Equal([0, 2, 1, 1, 2], runs.Counts(0).ToArray());
        Assert.Equal([2, 1, 2, 1], runs.Counts(1).ToArray());
        Assert.Equal((3, 2), (runs.Area(0), runs.Area(1)));
    }

    [Fact]
    public void A_segment_without_pixels_and_one_with_all()
    {
        var (_, runs) = Encode(MaskScene.Panoptic([0, 1], "aa", "aa"), 2, 2);
        Assert.Equal([0, 4], runs.Counts(0).ToArray());
        Assert.Equal([4], runs.Counts(1).ToArray());
    }

    [Theory]
    // Worked out by hand, five bits at a time.
    [InlineData(new[] { 0, 4 }, "04")]
    [InlineData(new[] { 5, 2, 3 }, "523")]
    [InlineData(new[] { 100, 31, 16, 200 }, "T3o0`0Y5")]
    public void The_reading_side_of_this_test_knows_the_format(int[] counts, string text) => Assert.Equal(counts, Decompress(text));

    [Theory]
    [InlineData(1, 17, 5)]
    [InlineData(2, 64, 33)]
    [InlineData(3, 1, 40)]
    [InlineData(4, 300, 200)]
    public void Decoding_gives_the_map_back(int seed, int width, int height)
    {
        var (map, runs) = Encode(MaskScene.Random(seed, width, height, 6), width, height);
        var back = new ushort[width * height];
        Array.Fill(back, SegmentationResult.Void);
        for (var s = 0; s < 6; s++)
        {
            var counts = runs.Counts(s).ToArray();
            Assert.Equal(width * height, counts.Sum());
            Assert.Equal(counts, Decompress(Encoding.ASCII.GetString(runs.Text(s))));
            var position = 0;
            for (var r = 0; r < counts.Length; r++)
            {
                for (var k = 0; k < counts[r]; k++, position++)
                {
                    if (r % 2 == 1)
                    {
                        back[(position % height * width) + (position / height)] = (ushort)s;
                    }
                }
            }
        }

        Assert.Equal(map.Pixels, back);
    }

    /// <summary>The reading side, written from the description of the format, not from our writer.</summary>
    internal static int[] Decompress(string text)
    {
        var counts = new List<int>();
        for (var i = 0; i < text.Length;)
        {
            var (value, shift) = (0, 0);
            while (true)
            {
                var c = text[i++] - 48;
                value |= (c & 0x1f) << shift;
                shift += 5;
                if ((c & 0x20) == 0)
                {
                    if ((c & 0x10) != 0)
                    {
                        value |= -1 << shift;
                    }

                    break;
                }
            }

            counts.Add(counts.Count > 2 ? value + counts[^2] : value);
        }

        return [.. counts];
    }

    private static (SegmentMap Map, RunLengths Runs) Encode(SegmentationResult result, int width, int height)
    {
        var map = new SegmentMap();
        map.Fill(result, width, height);
        var runs = new RunLengths();
        // Twice: what a frame before left must not matter.
        runs.Encode(map, result.Segments.Count);
        runs.Encode(map, result.Segments.Count);
        return (map, runs);
    }
}
