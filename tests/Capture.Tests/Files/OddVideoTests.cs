using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Videos that are whole but not as most are.</summary>
public sealed class OddVideoTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("long.mkv", "-f lavfi -i sine=duration=6 -c:a aac")]
    [InlineData("long.ts", "-f lavfi -i sine=duration=6 -c:a aac")]
    [InlineData("late.mkv", "-output_ts_offset 100")]
    public void A_whole_file_is_not_said_to_end_early(string name, string more)
    {
        Tools.Ffmpeg($"-f lavfi -i testsrc=size=96x64:rate=25:duration=2 {more} -c:v mpeg4 {_folder[name]}");
        string? warning = null;
        using var source = new VideoFileSource(_folder[name], new FrameSourceOptions { Warn = line => warning = line });
        // Its container claims more, or there would be nothing to tell apart.
        Assert.True(source.Info.FrameCount > 60);
        Assert.Equal(50, Tools.ReadAll(source, _ => 0).Count);
        Assert.Null(warning);
    }

    [Fact]
    public void A_file_whose_sound_is_cut_off_with_it_ends_early()
    {
        Tools.Ffmpeg($"-f lavfi -i testsrc=size=96x64:rate=25:duration=4 -f lavfi -i sine=duration=4 -c:v mpeg4 -c:a aac {_folder["whole.mkv"]}");
        var bytes = File.ReadAllBytes(_folder["whole.mkv"]);
        File.WriteAllBytes(_folder["cut.mkv"], bytes[..(bytes.Length / 2)]);
        string? warning = null;
        Assert.InRange(Tools.ReadAll(new VideoFileSource(_folder["cut.mkv"], new FrameSourceOptions { Warn = line => warning = line }), _ => 0).Count, 10, 90);
        Assert.Contains("ends early", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_the_decoder_holds_back_until_the_end_keep_their_distance()
    {
        // Five frames a second behind twenty-five, and frames that refer to later ones: the last come without a time.
        Tools.Ffmpeg($"-f lavfi -i testsrc2=size=96x64:rate=25:duration=6 -vf select='lt(n\\,40)+not(mod(n\\,5))' -vsync vfr -c:v libx264 -bf 3 {_folder["v.mp4"]}");
        var times = Tools.ReadAll(new VideoFileSource(_folder["v.mp4"]), _ => 0).Select(f => f.TimestampUs).ToArray();
        Assert.Equal(62, times.Length);
        Assert.All(Enumerable.Range(0, 62), n => Assert.InRange(times[n], ((n < 40 ? n : 40 + ((n - 40) * 5)) * 40_000) - 1000, ((n < 40 ? n : 40 + ((n - 40) * 5)) * 40_000) + 1000));
    }

    [Theory]
    [InlineData("size=96x64:rate=25:duration=1", "yuvj444p", "size=96x64:rate=25:duration=1", "yuvj420p")]
    [InlineData("size=96x64:rate=25:duration=1", "yuvj420p", "size=96x64:rate=25:duration=1", "gray")]
    [InlineData("size=96x64:rate=25:duration=1", "yuvj420p", "size=320x180:rate=25:duration=1", "yuvj422p")]
    [InlineData("size=320x180:rate=25:duration=1", "yuvj420p", "size=34x20:rate=25:duration=1", "yuvj420p")]
    public void A_file_that_changes_in_the_middle_keeps_every_frame(string first, string firstFormat, string then, string thenFormat)
    {
        Tools.Ffmpeg($"-f lavfi -i testsrc2={first} -c:v mjpeg -pix_fmt {firstFormat} {_folder["a.mjpeg"]}");
        Tools.Ffmpeg($"-f lavfi -i testsrc2={then} -c:v mjpeg -pix_fmt {thenFormat} {_folder["b.mjpeg"]}");
        File.WriteAllBytes(_folder["c.mjpeg"], [.. File.ReadAllBytes(_folder["a.mjpeg"]), .. File.ReadAllBytes(_folder["b.mjpeg"])]);
        var source = new VideoFileSource(_folder["c.mjpeg"]);
        var format = source.Info.Format;
        Assert.Equal(50, Tools.ReadAll(source, frame => frame.Format == format ? 0 : 1).Count(f => f.Number == 0));
    }

    [Theory]
    [InlineData("-vf setsar=2/1", "v.mp4", 0, 144, 56)]
    [InlineData("-vf scale=72:48,setsar=8/9", "v.ts", 0, 64, 48)]
    [InlineData("-vf setsar=2/1", "v.mp4", 90, 56, 144)]
    [InlineData("-vf setsar=2/1", "v.mp4", 180, 144, 56)]
    [InlineData("-vf setsar=100/1", "v.mp4", 0, 72, 56)]
    [InlineData("-vf setsar=200/201", "v.mp4", 0, 72, 56)]
    public void Pixels_that_are_not_square_are_brought_into_shape(string how, string name, int turn, int width, int height)
    {
        Tools.Ffmpeg($"-f lavfi -i testsrc2=size=72x56:rate=25:duration=1 {how} -c:v libx264 -qp 0 {_folder[name]}");
        var path = _folder[name];
        if (turn > 0)
        {
            path = _folder["turned.mp4"];
            Tools.Ffmpeg($"-i {_folder[name]} -c copy -metadata:s:v rotate={turn} {path}");
        }

        using var source = new VideoFileSource(path);
        Assert.Equal(new FrameFormat(width, height), source.Info.Format);
        // The same picture as that of a program that knows how to.
        Tools.Ffmpeg($"-i {path} -vf scale={width}:{height}:flags=bilinear,setsar=1 -pix_fmt bgr24 -f rawvideo {_folder["expected.raw"]}");
        var expected = File.ReadAllBytes(_folder["expected.raw"]);
        var format = source.Info.Format;
        var differences = Tools.ReadAll(source, frame => MeanDifference(frame, expected.AsSpan((int)frame.Index * format.ByteCount, format.ByteCount)));
        Assert.Equal(25, differences.Count);
        Assert.All(differences, one => Assert.InRange(one.Number, 0, 6));
    }

    [Theory]
    [InlineData("bt709", "tv", "yuv420p")]
    [InlineData("bt709", "pc", "yuv444p")]
    [InlineData("bt2020nc", "tv", "yuv420p10le")]
    [InlineData("smpte170m", "tv", "yuv420p")]
    [InlineData("smpte240m", "tv", "yuv422p")]
    [InlineData("unknown", "unknown", "yuv420p")]
    [InlineData("unknown", "pc", "yuvj420p")]
    public void Colours_are_what_the_file_says(string matrix, string range, string pixels)
    {
        // Fields of one colour, so that nothing depends on how colour is resampled.
        var fields = string.Join(
            ',', new[] { "red", "lime", "blue", "cyan", "magenta", "yellow" }.Select((colour, n) => $"drawbox={32 * (n % 3)}:{32 * (n / 3)}:32:32:{colour}@0.9:fill"));
        Tools.Ffmpeg($"-f lavfi -i color=gray:size=96x64:rate=25:duration=0.2,format=gbrp,{fields},format={pixels} -colorspace {matrix} -color_range {range} -c:v ffv1 {_folder["v.mkv"]}");
        Tools.Ffmpeg($"-i {_folder["v.mkv"]} -pix_fmt bgr24 -f rawvideo {_folder["expected.raw"]}");
        var expected = File.ReadAllBytes(_folder["expected.raw"]);
        using var source = new VideoFileSource(_folder["v.mkv"]);
        var differences = Tools.ReadAll(source, frame => Enumerable.Range(0, 6).Max(n =>
        {
            var at = (frame.Stride * (16 + (32 * (n / 3)))) + (3 * (16 + (32 * (n % 3))));
            return Enumerable.Range(at, 3).Max(i => Math.Abs(frame.Pixels[i] - expected[((int)frame.Index * frame.Format.ByteCount) + i]));
        }));
        Assert.Equal(5, differences.Count);
        Assert.All(differences, one => Assert.InRange(one.Number, 0, 3));
    }

    private static int MeanDifference(Frame frame, ReadOnlySpan<byte> expected)
    {
        long sum = 0;
        var pixels = frame.Pixels;
        for (var n = 0; n < expected.Length; n++)
        {
            sum += Math.Abs(pixels[n] - expected[n]);
        }

        return (int)(sum / expected.Length);
    }
}
