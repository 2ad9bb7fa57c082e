using OpenSegR.Realtime.Capture;

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
}
