using System.Buffers.Binary;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class VideoFileSourceTests : IDisposable
{
    private static readonly FrameFormat Format = new(96, 64);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.mp4", 25.0)]
    [InlineData("a.mkv", 30000 / 1001.0)]
    [InlineData("a.avi", 12.5)]
    public void Every_frame_comes_once_in_order_with_its_time(string name, double fps)
    {
        Tools.Write(_folder[name], Format, 60, fps);
        var source = new VideoFileSource(_folder[name]);
        Assert.Equal((name, Format, 60L, false), (source.Info.Description, source.Info.Format, source.Info.FrameCount!.Value, source.Info.IsLive));
        Assert.Equal(fps, source.Info.FramesPerSecond, 0.01);

        var frames = Tools.ReadAll(source);
        Assert.Equal(Enumerable.Range(0, 60).Select(n => (n, (long)n)), frames.Select(f => (f.Number, f.Index)));
        // Matroska counts in milliseconds.
        Assert.All(frames, f => Assert.InRange(f.TimestampUs, (f.Index * 1e6 / fps) - 1000, (f.Index * 1e6 / fps) + 1000));
    }

    [Theory]
    [InlineData("vtest.avi", 795)]
    [InlineData("Megamind.avi", 270)]
    [InlineData("Megamind_bugy.avi", 270)]
    [InlineData("tree.avi", 68)]
    public void Real_videos_deliver_as_many_frames_as_ffprobe_counts(string name, int count)
    {
        var path = Tools.Sample(name);
        Assert.Equal(count, Tools.Probe(path, isOurs: false).Frames);
        string? warning = null;
        var frames = Tools.ReadAll(new VideoFileSource(path, new FrameSourceOptions { Warn = w => warning = w }), _ => 0);
        Assert.Equal(count, frames.Count);
        Assert.Equal(frames.Select(f => f.TimestampUs).Order().Distinct(), frames.Select(f => f.TimestampUs));
        Assert.Null(warning);
    }

    [Fact]
    public void A_variable_rate_keeps_its_times()
    {
        Tools.RequireFfmpeg();
        long Time(int n) => n * (n + 1) / 2 * 20_000;
        Tools.Write(_folder["v.mp4"], Format, 20, 25, Time);
        var frames = Tools.ReadAll(new VideoFileSource(_folder["v.mp4"]));
        Assert.Equal(20, frames.Count);
        Assert.All(frames, f => Assert.InRange(f.TimestampUs, Time(f.Number) - 100, Time(f.Number) + 100));
    }

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void A_rotated_video_comes_upright(int degrees)
    {
        // Four colours, one in each corner.
        Tools.Ffmpeg($"-f lavfi -i color=red:size=48x32:rate=5:duration=1 -f lavfi -i color=lime:size=48x32:rate=5:duration=1 -f lavfi -i color=blue:size=48x32:rate=5:duration=1 -f lavfi -i color=white:size=48x32:rate=5:duration=1 -filter_complex [0][1]hstack[a];[2][3]hstack[b];[a][b]vstack -c:v mpeg4 -q:v 2 {_folder["flat.mp4"]}");
        Tools.Ffmpeg($"-i {_folder["flat.mp4"]} -c copy -metadata:s:v:0 rotate={degrees} {_folder["turned.mp4"]}");
        Tools.Ffmpeg($"-i {_folder["turned.mp4"]} -frames:v 1 {_folder["upright.png"]}");
        using var expected = PictureFile.Read(_folder["upright.png"], FramePool.Shared);
        var source = new VideoFileSource(_folder["turned.mp4"]);
        Assert.Equal(degrees == 180 ? (96, 64) : (64, 96), (source.Info.Format.Width, source.Info.Format.Height));
        Assert.Equal(expected.Format, source.Info.Format);
        Assert.Equal(5, Tools.ReadAll(source, frame =>
        {
            foreach (var (x, y) in new[] { (8, 8), (frame.Width - 9, 8), (8, frame.Height - 9) })
            {
                for (var c = 0; c < 3; c++)
                {
                    Assert.InRange(frame.Row(y)[(3 * x) + c] - expected.Row(y)[(3 * x) + c], -24, 24);
                }
            }

            return 0;
        }).Count);
    }

    [Fact]
    public void Sound_is_no_matter()
    {
        Tools.Ffmpeg($"-f lavfi -i testsrc=size=96x64:rate=10:duration=2 -f lavfi -i sine=duration=3 -c:a aac {_folder["s.mp4"]}");
        Assert.Equal(20, Tools.ReadAll(new VideoFileSource(_folder["s.mp4"]), _ => 0).Count);
    }

    [Fact]
    public void A_video_cut_off_in_the_middle_delivers_what_is_there_and_warns()
    {
        Tools.RequireFfmpeg();
        // An index at the front, as downloads have, and the end missing.
        Tools.Write(_folder["whole.mp4"], Format, 120, 25);
        var bytes = File.ReadAllBytes(_folder["whole.mp4"]);
        File.WriteAllBytes(_folder["cut.mp4"], bytes[..(bytes.Length * 6 / 10)]);

        string? warning = null;
        var frames = Tools.ReadAll(new VideoFileSource(_folder["cut.mp4"], new FrameSourceOptions { Warn = w => warning = w }));
        Assert.InRange(frames.Count, 10, 110);
        Assert.Equal(Enumerable.Range(0, frames.Count), frames.Select(f => f.Number));
        Assert.Contains($"'cut.mp4' ends early: {frames.Count} frames", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_video_damaged_in_the_middle_goes_on_after_the_damage()
    {
        Tools.RequireFfmpeg();
        Tools.Ffmpeg($"-f lavfi -i testsrc=size=96x64:rate=25:duration=4 -c:v mpeg4 -g 5 {_folder["whole.avi"]}");
        var bytes = File.ReadAllBytes(_folder["whole.avi"]);
        bytes.AsSpan(bytes.Length / 2, 300).Fill(0xA5);
        File.WriteAllBytes(_folder["hurt.avi"], bytes);
        Assert.InRange(Tools.ReadAll(new VideoFileSource(_folder["hurt.avi"]), _ => 0).Count, 60, 100);
    }

    [Fact]
    public void Every_byte_of_a_header_may_be_wrong_without_a_crash()
    {
        Tools.Write(_folder["whole.mp4"], Format, 10, 25);
        var bytes = File.ReadAllBytes(_folder["whole.mp4"]);
        var random = new Random(7);
        for (var i = 0; i < 60; i++)
        {
            var hurt = (byte[])bytes.Clone();
            for (var k = 0; k < 8; k++)
            {
                hurt[random.Next(Math.Min(hurt.Length, 1200))] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_folder["hurt.mp4"], hurt);
            try
            {
                Assert.InRange(Tools.ReadAll(new VideoFileSource(_folder["hurt.mp4"]), _ => 0).Count, 0, 10);
            }
            catch (InputException)
            {
                // Refused is as good as read.
            }
        }
    }

    [Fact]
    public void What_is_no_video_is_refused_by_name()
    {
        void Refused(string name, string reason)
        {
            var error = Assert.ThrowsAny<InputException>(() => new VideoFileSource(_folder[name]));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }

        Refused("missing.mp4", "there is no file");
        File.WriteAllBytes(_folder["empty.mp4"], []);
        Refused("empty.mp4", "is empty");
        File.WriteAllText(_folder["text.mp4"], "This is no video.\nÄÖÜ\n");
        Refused("text.mp4", "is a text file");
        File.WriteAllText(_folder["list.mp4"], "#EXTM3U\n#EXTINF:10,\n/etc/passwd\n");
        Refused("list.mp4", "is a text file");
        File.WriteAllText(_folder["script.mp4"], "ffconcat version 1.0\nfile '/etc/hostname'\n");
        Refused("script.mp4", "is a text file");
        var noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(_folder["noise.mp4"], noise);
        Refused("noise.mp4", "is not a video that can be decoded");
        Directory.CreateDirectory(_folder["folder.mp4"]);
        Refused("folder.mp4", "is a folder");
        byte[] box = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isomiso2"u8];
        File.WriteAllBytes(_folder["headonly.mp4"], box);
        Refused("headonly.mp4", "is not a video that can be decoded");
        BinaryPrimitives.WriteUInt32BigEndian(box, 0xFFFFFFF0);
        File.WriteAllBytes(_folder["huge.mp4"], box);
        Refused("huge.mp4", "is not a video that can be decoded");
    }

    [Fact]
    public void A_file_of_sound_alone_has_no_frame()
    {
        Tools.Ffmpeg($"-f lavfi -i sine=duration=1 {_folder["sound.mp4"]}");
        Assert.ThrowsAny<InputException>(() => new VideoFileSource(_folder["sound.mp4"]));
    }

    [Fact]
    public void Frames_are_decoded_in_place_with_little_allocation()
    {
        Tools.Write(_folder["a.mp4"], Format, 120, 25);
        var pool = new FramePool();
        using var source = new VideoFileSource(_folder["a.mp4"]);
        long before = 0;
        for (var n = 0; n < 120; n++)
        {
            if (n == 20)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            // No Assert here: it allocates.
            source.Read(pool, out var frame, CancellationToken.None);
            frame!.Dispose();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100.0, 0, 64);
        Assert.Equal(1, pool.Created);
    }
}
