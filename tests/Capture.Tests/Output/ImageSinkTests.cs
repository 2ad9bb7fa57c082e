using System.Text.Json;
using OpenCvSharp;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class ImageSinkTests : IDisposable
{
    private static readonly FrameFormat Format = new(48, 32);
    private static readonly FrameSourceInfo Source = new("test", Format, 25, null, false);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    public void Frames_become_images_that_come_back(string extension)
    {
        using (var sink = new ImageFolderSink(_folder["out/deep"], extension))
        {
            Tools.Feed(sink, Format, 12, 25);
            sink.Complete();
        }

        Assert.Equal(12, Directory.GetFiles(_folder["out/deep"], "frame_0000??" + extension).Length);
        Assert.Equal(Enumerable.Range(0, 12), Tools.ReadAll(new ImageFolderSource(_folder["out/deep"])).Select(f => f.Number));
    }

    [Fact]
    public void Images_keep_the_names_that_they_came_with_and_never_meet()
    {
        using (var sink = new ImageFolderSink(_folder.Path))
        {
            sink.Open(Format, 25);
            foreach (var name in new[] { "street.jpg", "street.png", "../evil.png", "STREET.bmp" })
            {
                using var frame = MaskScene.FrameOf(48, 32, name: name);
                sink.Write(frame);
            }
        }

        Assert.Equal(["STREET_3.png", "evil.png", "street.png", "street_2.png"], _folder.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Red_and_blue_stay_in_their_places()
    {
        using (var sink = new ImageFolderSink(_folder.Path))
        {
            sink.Open(Format, 25);
            using var frame = new FramePool().Rent(new FrameFormat(2, 1, PixelFormat.Rgb24));
            new byte[] { 10, 20, 30, 40, 50, 60 }.CopyTo(frame.Pixels);
            sink.Write(frame);
        }

        byte[] pixels = [];
        Tools.ReadAll(new ImageFolderSource(_folder.Path), f => (pixels = f.Pixels.ToArray()).Length);
        Assert.Equal([30, 20, 10, 60, 50, 40], pixels);
    }

    [Fact]
    public void A_full_disk_is_an_error_and_leaves_no_half_image()
    {
        using var disk = SmallDisk.MountOrSkip(1);
        using var frame = MaskScene.FrameOf(320, 240);
        new Random(1).NextBytes(frame.Pixels);
        using var sink = new ImageFolderSink(disk["out"]);
        sink.Open(frame.Format, 25);
        var error = Assert.Throws<InputException>(() =>
        {
            for (frame.Index = 0; frame.Index < 100; frame.Index++)
            {
                sink.Write(frame);
            }
        });
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(disk["out"]), f => Assert.DoesNotContain("partial", f, StringComparison.Ordinal));
        Assert.NotEmpty(Tools.ReadAll(new ImageFolderSource(disk["out"], new FrameSourceOptions { SkipUnreadableImages = false }), _ => 0));
    }

    [Fact]
    public void Label_maps_of_classes_have_the_class_index_and_a_legend()
    {
        using (var sink = new LabelMapSink(_folder.Path))
        {
            sink.Open(Source);
            using var frame = MaskScene.FrameOf(4, 2);
            sink.Write(frame, MaskScene.Semantic("bb", ".d"));
            sink.Complete();
        }

        Assert.Equal(["frame_000012.png", "legend.json"], _folder.Names);
        Assert.Equal([1, 1, 1, 1, 65535, 65535, 3, 3], Values("frame_000012.png"));
        var legend = JsonDocument.Parse(File.ReadAllText(_folder["legend.json"])).RootElement;
        Assert.Equal((65535, "class_index"), (legend.GetProperty("void").GetInt32(), legend.GetProperty("values").GetString()));
        var classes = legend.GetProperty("vocabularies")[0].GetProperty("classes");
        Assert.Equal("café", classes[3].GetProperty("name").GetString());
        Assert.True(classes[2].GetProperty("is_thing").GetBoolean());
    }

    [Fact]
    public void Label_maps_of_segments_have_the_segment_id_and_a_list_for_each_file()
    {
        using (var sink = new LabelMapSink(_folder.Path))
        {
            sink.Open(Source);
            using var frame = MaskScene.FrameOf(4, 1, name: "x.jpg");
            sink.Write(frame, MaskScene.Panoptic([2, 2, 0], "ab.c"));
        }

        Assert.Equal(["legend.json", "segments.jsonl", "x.png"], _folder.Names);
        Assert.Equal([1, 2, 65535, 3], Values("x.png"));
        var line = JsonDocument.Parse(Assert.Single(File.ReadLines(_folder["segments.jsonl"]))).RootElement;
        Assert.Equal("x.png", line.GetProperty("file").GetString());
        Assert.Equal([(1, 2, "person"), (2, 2, "person"), (3, 0, "sky")], line.GetProperty("segments").EnumerateArray()
            .Select(s => (s.GetProperty("id").GetInt32(), s.GetProperty("class_index").GetInt32(), s.GetProperty("class").GetString()!)));
        Assert.Equal("segment_id", JsonDocument.Parse(File.ReadAllText(_folder["legend.json"])).RootElement.GetProperty("values").GetString());
    }

    private int[] Values(string name)
    {
        using var picture = Cv2.ImRead(_folder[name], ImreadModes.Unchanged);
        Assert.Equal(MatType.CV_16UC1, picture.Type());
        return [.. Enumerable.Range(0, picture.Rows * picture.Cols).Select(i => (int)picture.At<ushort>(i / picture.Cols, i % picture.Cols))];
    }
}
