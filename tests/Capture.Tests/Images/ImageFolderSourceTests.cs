using OpenCvSharp;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class ImageFolderSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    private FrameSourceOptions Options => new() { Warn = _warnings.Add, ImageFps = 10 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_read_in_natural_order_whatever_the_sizes()
    {
        foreach (var n in new[] { 1, 2, 10, 9, 100 })
        {
            Write($"img{n}.png", n, 48 + n, 32);
        }

        File.WriteAllText(_folder["notes.txt"], "no image");
        var source = new ImageFolderSource(_folder.Path, Options);
        Assert.Equal((new FrameFormat(49, 32), 10.0, 5L, false), (source.Info.Format, source.Info.FramesPerSecond, source.Info.FrameCount!.Value, source.Info.IsLive));
        var names = new List<string?>();
        var frames = Tools.ReadAll(source, f =>
        {
            names.Add(f.Name);
            Assert.Equal(48 + FrameCode.Read(f), f.Width);
            return FrameCode.Read(f);
        });
        Assert.Equal([(1, 0, 0), (2, 1, 100_000), (9, 2, 200_000), (10, 3, 300_000), (100, 4, 400_000)], frames);
        Assert.Equal(["img1.png", "img2.png", "img9.png", "img10.png", "img100.png"], names);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("a_*.png", new[] { 1, 2, 3 })]
    [InlineData("a_?.png", new[] { 1, 2, 3 })]
    [InlineData("a_%d.png", new[] { 1, 2, 3 })]
    [InlineData("b_%03d.png", new[] { 7, 8 })]
    [InlineData("*.png", new[] { 1, 2, 3, 7, 8 })]
    public void A_pattern_chooses(string pattern, int[] numbers)
    {
        foreach (var n in new[] { 1, 2, 3 })
        {
            Write($"a_{n}.png", n);
        }

        Write("b_007.png", 7);
        Write("b_008.png", 8);
        Assert.Equal(numbers, Tools.ReadAll(new ImageFolderSource(_folder[pattern], Options)).Select(f => f.Number));
    }

    [Fact]
    public void Images_that_cannot_be_read_are_named_counted_and_skipped()
    {
        Write("1.png", 1);
        File.WriteAllText(_folder["2.png"], "not a picture");
        File.WriteAllBytes(_folder["3.png"], []);
        Write("4.png", 4);
        File.WriteAllBytes(_folder["5.png"], File.ReadAllBytes(_folder["4.png"])[..20]);
        Assert.Equal([1, 4], Tools.ReadAll(new ImageFolderSource(_folder.Path, Options)).Select(f => f.Number));
        Assert.Equal(4, _warnings.Count);
        Assert.Contains("2.png", _warnings[0], StringComparison.Ordinal);
        Assert.Contains("it is empty", _warnings[1], StringComparison.Ordinal);
        Assert.Contains("3 of 5 images", _warnings[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Or_they_are_an_error()
    {
        Write("1.png", 1);
        File.WriteAllText(_folder["2.png"], "not a picture");
        var error = Assert.Throws<InputException>(() => Tools.ReadAll(new ImageFolderSource(_folder.Path, Options with { SkipUnreadableImages = false })));
        Assert.Contains("2.png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_image_is_one_frame_and_must_be_readable()
    {
        Write("one.bmp", 5);
        Assert.Equal([5], Tools.ReadAll(FrameSources.Open(_folder["one.bmp"], Options)).Select(f => f.Number));
        File.WriteAllText(_folder["bad.jpg"], "not a picture");
        Assert.Contains("bad.jpg", Assert.Throws<InputException>(() => FrameSources.Open(_folder["bad.jpg"], Options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_claims_an_absurd_size_is_refused()
    {
        // A PNG header of 60000 x 60000 pixels and nothing behind it.
        byte[] bomb = [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0, 0x7E, 0x5B, 0x5B, 0x2B];
        File.WriteAllBytes(_folder["bomb.png"], bomb);
        Assert.Contains("bomb.png", Assert.Throws<InputException>(() => new ImageFolderSource(_folder["bomb.png"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gray_and_transparent_pictures_become_colour()
    {
        using (var gray = new Mat(8, 8, MatType.CV_8UC1, new Scalar(77)))
        using (var clear = new Mat(8, 8, MatType.CV_8UC4, new Scalar(10, 20, 30, 40)))
        using (var deep = new Mat(8, 8, MatType.CV_16UC3, new Scalar(257 * 50, 257 * 60, 257 * 70)))
        {
            Cv2.ImWrite(_folder["1.png"], gray);
            Cv2.ImWrite(_folder["2.png"], clear);
            Cv2.ImWrite(_folder["3.png"], deep);
        }

        var pixels = new List<byte[]>();
        Tools.ReadAll(new ImageFolderSource(_folder.Path), f =>
        {
            pixels.Add(f.Row(3)[..3].ToArray());
            return 0;
        });
        Assert.Equal([[77, 77, 77], [10, 20, 30], [50, 60, 70]], pixels);
    }

    [Theory]
    [InlineData("none*.png", "the pattern matches nothing")]
    [InlineData("sub*/a.png", "only the last part")]
    [InlineData("missing/*.png", "there is no folder")]
    [InlineData("empty", "looked for .png")]
    public void No_images_is_an_error_that_says_why(string words, string reason)
    {
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains(reason, Assert.Throws<InputException>(() => new ImageFolderSource(_folder[words])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_order_by_value_of_any_length()
    {
        string[] sorted = ["", "a", "A1", "a01", "a1", "a2b", "a10", "a99999999999999999999998", "a99999999999999999999999", "b"];
        for (var i = 0; i < sorted.Length; i++)
        {
            for (var j = 0; j < sorted.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(NaturalComparer.Instance.Compare(sorted[i], sorted[j])));
            }
        }
    }

    private void Write(string name, int number, int width = 48, int height = 32)
    {
        using var frame = Tools.Numbered(new FramePool(), new FrameFormat(width, height), number, 0);
        using var picture = FrameMat.Over(frame);
        Assert.True(Cv2.ImWrite(_folder[name], picture));
    }
}
