using System.Text.Json;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class AnnotationSinkTests : IDisposable
{
    private static readonly FrameSourceInfo Source = new("test", new FrameFormat(4, 2), 25, null, false);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_says_everything_about_a_frame()
    {
        var line = Assert.Single(Lines((MaskScene.FrameOf(4, 2, name: "street.jpg"), MaskScene.Semantic("aabb", "aab."))));
        Assert.Equal(12, line.GetProperty("frame").GetInt64());
        Assert.Equal(0.48, line.GetProperty("timestamp").GetDouble());
        Assert.Equal("street.jpg", line.GetProperty("name").GetString());
        Assert.Equal((4, 2), (line.GetProperty("width").GetInt32(), line.GetProperty("height").GetInt32()));
        Assert.Equal(12, line.GetProperty("masks_of_frame").GetInt64());
        var segments = line.GetProperty("segments").EnumerateArray().ToList();
        Assert.Equal(2, segments.Count);

        var tree = segments[1];
        Assert.Equal("tree \"<oak>\"", tree.GetProperty("class").GetString());
        Assert.Equal((2, 1, false, 0.625f), (tree.GetProperty("id").GetInt32(), tree.GetProperty("class_index").GetInt32(), tree.GetProperty("is_thing").GetBoolean(), tree.GetProperty("score").GetSingle()));
        Assert.Equal(3, tree.GetProperty("area").GetInt32());
        Assert.Equal([2, 0, 2, 2], Ints(tree.GetProperty("box")));
        Assert.Equal([[4, 0, 4, 1, 3, 1, 3, 2, 2, 2, 2, 0]], tree.GetProperty("contours").EnumerateArray().Select(c => Rotated(Ints(c), 4, 0)));
        Assert.Equal([2, 4], Ints(tree.GetProperty("rle").GetProperty("size")));
        Assert.Equal([4, 3, 1], RunLengthsTests.Decompress(tree.GetProperty("rle").GetProperty("counts").GetString()!));
        Assert.False(tree.TryGetProperty("track_id", out _));
    }

    [Fact]
    public void Small_maps_are_brought_to_the_size_of_the_frame()
    {
        var line = Assert.Single(Lines((MaskScene.FrameOf(8, 6), MaskScene.Panoptic([2, 0], "ab", "bb"))));
        var person = line.GetProperty("segments")[0];
        Assert.Equal(12, person.GetProperty("area").GetInt32());
        Assert.Equal([0, 0, 4, 3], Ints(person.GetProperty("box")));
        Assert.Equal([6, 8], Ints(person.GetProperty("rle").GetProperty("size")));
        Assert.Equal((true, 10), (person.GetProperty("is_thing").GetBoolean(), person.GetProperty("track_id").GetInt32()));
    }

    [Fact]
    public void Instances_may_overlap()
    {
        var line = Assert.Single(Lines((MaskScene.FrameOf(3, 2), MaskScene.Instances(["aa.", "aa."], [".aa", ".aa"]))));
        Assert.Equal([4, 4], line.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("area").GetInt32()));
        Assert.Equal([[0, 0, 2, 2], [1, 0, 2, 2]], line.GetProperty("segments").EnumerateArray().Select(s => Ints(s.GetProperty("box"))));
    }

    [Fact]
    public void A_frame_without_masks_is_a_line_without_segments()
    {
        var none = MaskScene.Panoptic([], ".");
        none.FrameIndex = -1;
        var line = Assert.Single(Lines((MaskScene.FrameOf(4, 2), none)));
        Assert.Equal((-1, 0), (line.GetProperty("masks_of_frame").GetInt64(), line.GetProperty("segments").GetArrayLength()));
    }

    [Fact]
    public void The_file_gets_its_name_at_the_end_also_of_an_interrupted_run()
    {
        using (var sink = new AnnotationSink(_folder["a.jsonl"]))
        {
            sink.Open(Source);
            sink.Write(MaskScene.FrameOf(4, 2), MaskScene.Semantic("aabb", "aab."));
            // Already on the disk, should the process be killed.
            Assert.EndsWith("]}\n", File.ReadAllText(_folder["a.partial.jsonl"]), StringComparison.Ordinal);
            Assert.Equal(["a.partial.jsonl"], _folder.Names);
        }

        Assert.Equal(["a.jsonl"], _folder.Names);
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        using var sink = new AnnotationSink(Path.Combine(_folder["missing"], "a.jsonl"));
        Assert.Contains("missing", Assert.Throws<InputException>(() => sink.Open(Source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_leaves_whole_lines_under_the_partial_name()
    {
        using var disk = SmallDisk.MountOrSkip(1);
        var result = MaskScene.Random(1, 64, 64, 8);
        using var frame = MaskScene.FrameOf(64, 64);
        var error = Assert.Throws<InputException>(() =>
        {
            using var sink = new AnnotationSink(disk["a.jsonl"]);
            sink.Open(Source);
            for (var n = 0; n < 10_000; n++)
            {
                sink.Write(frame, result);
            }
        });

        Assert.Contains("a.partial.jsonl", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(disk["a.jsonl"]));
        var lines = File.ReadLines(disk["a.partial.jsonl"]).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public void Writing_allocates_next_to_nothing()
    {
        using var sink = new AnnotationSink(_folder["a.jsonl"]);
        sink.Open(Source);
        var result = MaskScene.Random(1, 64, 64, 8);
        using var frame = MaskScene.FrameOf(128, 96);
        long before = 0;
        for (var n = 0; n < 60; n++)
        {
            if (n == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            sink.Write(frame, result);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 50.0, 0, 256);
    }

    private List<JsonElement> Lines(params (Frame Frame, SegmentationResult Result)[] frames)
    {
        using (var sink = new AnnotationSink(_folder["a.jsonl"]))
        {
            sink.Open(Source);
            foreach (var (frame, result) in frames)
            {
                sink.Write(frame, result);
            }

            sink.Complete();
        }

        return [.. File.ReadLines(_folder["a.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    private static int[] Rotated(int[] points, int x, int y)
    {
        var corners = points.Chunk(2).ToArray();
        var first = Array.FindIndex(corners, c => c[0] == x && c[1] == y);
        return [.. corners[first..].Concat(corners[..first]).SelectMany(c => c)];
    }
}
