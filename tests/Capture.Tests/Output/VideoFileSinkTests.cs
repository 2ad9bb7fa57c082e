using System.Diagnostics;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class VideoFileSinkTests : IDisposable
{
    private static readonly FrameFormat Format = new(96, 64);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.mp4", 25.0)]
    [InlineData("a.mp4", 30000 / 1001.0)]
    [InlineData("a.mp4", 23.976)]
    [InlineData("a.mov", 60.0)]
    [InlineData("a.mkv", 10.0)]
    [InlineData("a.avi", 15.0)]
    public void The_file_has_every_frame_the_rate_and_the_duration(string name, double fps)
    {
        Tools.RequireFfmpeg();
        Tools.Write(_folder[name], Format, 50, fps);
        Assert.Equal([name], _folder.Names);
        var facts = Tools.Probe(_folder[name]);
        Assert.Equal(("h264", 96, 64, 50), (facts.Codec, facts.Width, facts.Height, facts.Frames));
        Assert.Equal(fps, facts.Fps, 0.01);
        Assert.Equal(50 / fps, facts.Seconds, 0.003);
        Assert.Equal(Enumerable.Range(0, 50), Tools.ReadAll(new VideoFileSource(_folder[name])).Select(f => f.Number));
    }

    [Theory]
    [InlineData("Megamind.avi")]
    [InlineData("tree.avi")]
    public void A_copy_of_a_real_video_has_its_frames_and_duration(string name)
    {
        var path = Tools.Sample(name);
        using (var source = new VideoFileSource(path))
        using (var sink = new VideoFileSink(_folder["copy.mp4"]))
        {
            var pool = new FramePool();
            sink.Open(source.Info.Format, source.Info.FramesPerSecond);
            while (source.Read(pool, out var frame, CancellationToken.None) == FrameRead.Frame)
            {
                sink.Write(frame!);
                frame!.Dispose();
            }

            sink.Complete();
        }

        var (from, to) = (Tools.Probe(path, isOurs: false), Tools.Probe(_folder["copy.mp4"]));
        Assert.Equal(from.Frames, to.Frames);
        Assert.Equal(from.Seconds, to.Seconds, 0.01);
    }

    [Theory]
    [InlineData(97, 64)]
    [InlineData(96, 65)]
    [InlineData(97, 65)]
    [InlineData(1, 1)]
    public void Odd_sides_get_one_more_column_or_row(int width, int height)
    {
        Tools.RequireFfmpeg();
        using (var sink = new VideoFileSink(_folder["odd.mp4"]))
        {
            var pool = new FramePool();
            sink.Open(new FrameFormat(width, height), 25);
            for (var n = 0; n < 5; n++)
            {
                using var frame = pool.Rent(new FrameFormat(width, height));
                frame.TimestampUs = n * 40_000;
                frame.Pixels.Fill(200);
                sink.Write(frame);
            }

            sink.Complete();
        }

        var facts = Tools.Probe(_folder["odd.mp4"]);
        Assert.Equal((width + (width & 1), height + (height & 1), 5), (facts.Width, facts.Height, facts.Frames));
        // The added edge is as light as the picture.
        Assert.All(Tools.ReadAll(new VideoFileSource(_folder["odd.mp4"]), f => f.Row(f.Height - 1)[^1]), f => Assert.InRange(f.Number, 190, 210));
    }

    [Fact]
    public void Colours_come_back()
    {
        Tools.RequireFfmpeg();
        byte[][] colours = [[30, 60, 200], [200, 40, 40], [40, 180, 60], [128, 128, 128], [250, 250, 250], [5, 5, 5]];
        foreach (var order in new[] { PixelFormat.Bgr24, PixelFormat.Rgb24 })
        {
            using (var sink = new VideoFileSink(_folder["c.mp4"]))
            {
                var format = new FrameFormat(64, 64, order);
                sink.Open(format, 25);
                for (var n = 0; n < colours.Length; n++)
                {
                    using var frame = new FramePool().Rent(format);
                    frame.TimestampUs = n * 40_000;
                    for (var i = 0; i < frame.Pixels.Length; i++)
                    {
                        frame.Pixels[i] = colours[n][order == PixelFormat.Bgr24 ? i % 3 : 2 - (i % 3)];
                    }

                    sink.Write(frame);
                }

                sink.Complete();
            }

            var index = 0;
            Tools.ReadAll(new VideoFileSource(_folder["c.mp4"]), f =>
            {
                for (var c = 0; c < 3; c++)
                {
                    Assert.InRange(f.Row(32)[(3 * 32) + c], colours[index][c] - 6, colours[index][c] + 6);
                }

                return index++;
            });
            Assert.Equal(colours.Length, index);
        }
    }

    [Fact]
    public void Disposing_without_completing_leaves_a_whole_file_of_what_was_written()
    {
        Tools.RequireFfmpeg();
        using (var sink = new VideoFileSink(_folder["a.mp4"]))
        {
            Tools.Feed(sink, Format, 33, 25);
            Assert.Equal(["a.partial.mp4"], _folder.Names);
        }

        Assert.Equal(["a.mp4"], _folder.Names);
        Assert.Equal(33, Tools.Probe(_folder["a.mp4"]).Frames);
    }

    [Fact]
    public void Without_a_frame_there_is_no_file_and_an_older_one_stays()
    {
        File.WriteAllText(_folder["a.mp4"], "old");
        using (var sink = new VideoFileSink(_folder["a.mp4"]))
        {
            sink.Open(Format, 25);
            sink.Complete();
        }

        Assert.Equal(["a.mp4"], _folder.Names);
        Assert.Equal("old", File.ReadAllText(_folder["a.mp4"]));
    }

    [Fact]
    public void A_killed_encoder_leaves_a_partial_file_that_plays()
    {
        Tools.RequireFfmpeg();
        using var sink = new VideoFileSink(_folder["a.mp4"]);
        // Ten seconds of video; the encoder holds back less than one.
        Tools.Feed(sink, Format, 250, 25);
        using var encoder = ChildOfThisTest("a.partial.mp4");
        Assert.True(SpinWait.SpinUntil(() => FragmentedMp4.HasFragment(_folder["a.partial.mp4"]), TimeSpan.FromSeconds(60)));
        encoder.Kill();
        encoder.WaitForExit();

        var error = Assert.Throws<InputException>(() => sink.Complete());
        Assert.Contains("a.partial.mp4", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a.partial.mp4"], _folder.Names);
        var frames = Tools.ReadAll(new VideoFileSource(_folder["a.partial.mp4"])).Select(f => f.Number).ToList();
        Assert.Equal(Enumerable.Range(0, frames.Count), frames);
        Assert.True(frames.Count >= 25, $"only {frames.Count} frames");
    }

    [Theory]
    [InlineData("aac", "mp4", "aac")]
    [InlineData("pcm_s16le", "avi", "aac")]
    public void The_sound_is_copied_or_encoded_anew_and_cut_to_length(string codec, string container, string expected)
    {
        var input = _folder["in." + container];
        Tools.Ffmpeg($"-f lavfi -i testsrc=size=96x64:rate=10:duration=4 -f lavfi -i sine=duration=4 -c:v mpeg4 -c:a {codec} {input}");
        Tools.Write(_folder["out.mp4"], Format, 20, 10, options: new VideoFileSinkOptions { AudioFrom = input });
        var facts = Tools.Probe(_folder["out.mp4"]);
        Assert.Equal((20, expected), (facts.Frames, facts.Audio));
        Assert.Equal(2, facts.Seconds, 0.06);
    }

    [Fact]
    public void An_input_without_sound_gives_a_silent_video_without_a_warning()
    {
        Tools.RequireFfmpeg();
        string? warning = null;
        Tools.Write(_folder["in.mp4"], Format, 10, 10);
        Tools.Write(_folder["out.mp4"], Format, 10, 10, options: new VideoFileSinkOptions { AudioFrom = _folder["in.mp4"], Warn = w => warning = w });
        Assert.Null(Tools.Probe(_folder["out.mp4"]).Audio);
        Assert.Null(warning);
    }

    [Theory]
    [InlineData(1, 0, "mkv")]
    [InlineData(1, 0, "ts")]
    [InlineData(0, 0, "mp4")]
    [InlineData(0, 1, "mkv")]
    public void Sound_stays_in_time_wherever_pictures_begin(int picturesFrom, int soundFrom, string extension)
    {
        // Silence until a tone begins 1.5 s after the sound does.
        var source = _folder["in." + extension];
        Tools.Ffmpeg($"-f lavfi -i aevalsrc=gte(t\\,1.5)*sin(2764*t):duration=3:sample_rate=8000 -c:a aac {_folder["tone.m4a"]}");
        Tools.Write(_folder["pictures.mp4"], Format, 30, 10);
        Tools.Ffmpeg($"-itsoffset {picturesFrom} -i {_folder["pictures.mp4"]} -itsoffset {soundFrom} -i {_folder["tone.m4a"]} -map 0:v -map 1:a -c copy {source}");
        Tools.Write(_folder["out.mp4"], Format, 30, 10, options: new VideoFileSinkOptions { AudioFrom = source });
        Tools.Ffmpeg($"-i {_folder["out.mp4"]} -af aresample=async=1:first_pts=0 -ac 1 -ar 8000 -f s16le {_folder["sound.raw"]}");
        var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(_folder["sound.raw"])).ToArray();
        // Within two blocks of the codec, which are 0.128 s long.
        var expected = 1.5 + soundFrom - picturesFrom;
        Assert.InRange(Array.FindIndex(samples, s => s > 8000) / 8000.0, expected - 0.26, expected + 0.26);
    }

    [Fact]
    public void Frames_of_another_size_are_fitted_in()
    {
        Tools.RequireFfmpeg();
        using (var sink = new VideoFileSink(_folder["a.mp4"]))
        {
            Tools.Feed(sink, Format, 5, 25);
            var pool = new FramePool();
            foreach (var (n, size) in new[] { (5, new FrameFormat(48, 32)), (6, new FrameFormat(192, 128)), (7, new FrameFormat(32, 200)) })
            {
                using var frame = Tools.Numbered(pool, size, n, n * 40_000);
                sink.Write(frame);
            }

            sink.Complete();
        }

        var read = Tools.ReadAll(new VideoFileSource(_folder["a.mp4"]), f => f.Index < 7 ? FrameCode.Read(f) : f.Row(32)[0]);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], read.Take(7).Select(f => f.Number));
        Assert.InRange(read[7].Number, 0, 20);
    }

    [Fact]
    public void Frames_without_times_follow_at_the_nominal_rate()
    {
        Tools.RequireFfmpeg();
        Tools.Write(_folder["a.mp4"], Format, 20, 10, _ => 0);
        Assert.Equal(2, Tools.Probe(_folder["a.mp4"]).Seconds, 0.01);
    }

    [Fact]
    public void What_cannot_be_written_is_named_before_anything_is()
    {
        void Refused(string path, string reason)
        {
            var error = Assert.Throws<InputException>(() =>
            {
                using var sink = new VideoFileSink(path);
                sink.Open(Format, 25);
            });
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }

        Refused(_folder["a.txt"], "must be one of .mp4");
        Refused(Path.Combine(_folder["missing"], "a.mp4"), "there is no folder");
        Directory.CreateDirectory(_folder["dir.mp4"]);
        Refused(_folder["dir.mp4"], "it is a folder");
        if (Directory.Exists("/proc/self"))
        {
            Refused("/proc/self/a.mp4", "cannot write");
        }

        Assert.Equal(["dir.mp4"], _folder.Names);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(3, 4000)]
    public void A_full_disk_is_an_error_and_leaves_nothing_under_the_final_name(int megabytes, int frames)
    {
        Tools.RequireFfmpeg();
        using var disk = SmallDisk.MountOrSkip(megabytes);
        var format = new FrameFormat(320, 240);
        var pool = new FramePool();
        var random = new Random(3);
        var error = Assert.Throws<InputException>(() =>
        {
            using var sink = new VideoFileSink(disk["a.mp4"]);
            sink.Open(format, 25);
            for (var n = 0; n < frames; n++)
            {
                // Noise does not compress.
                using var frame = pool.Rent(format);
                frame.TimestampUs = n * 40_000L;
                random.NextBytes(frame.Pixels);
                sink.Write(frame);
            }

            sink.Complete();
        });

        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(disk["a.mp4"]));
        if (File.Exists(disk["a.partial.mp4"]))
        {
            Assert.Contains("a.partial.mp4", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(Tools.ReadAll(new VideoFileSource(disk["a.partial.mp4"]), _ => 0));
        }

        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Writing_a_frame_allocates_next_to_nothing()
    {
        Tools.RequireFfmpeg();
        using var sink = new VideoFileSink(_folder["a.mp4"]);
        sink.Open(Format, 25);
        using var frame = Tools.Numbered(new FramePool(), Format, 1, 0);
        long before = 0;
        for (var n = 0; n < 120; n++)
        {
            if (n == 20)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            frame.TimestampUs = n * 40_000L;
            sink.Write(frame);
        }

        // What is left is the pipe's own.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100.0, 0, 64);
    }

    [Theory]
    [InlineData(96, 64)]
    [InlineData(97, 65)]
    public void Without_ffmpeg_opencv_writes_the_same_frames(int width, int height)
    {
        Tools.Write(_folder["a.mp4"], new FrameFormat(width, height), 30, 25, options: new VideoFileSinkOptions { ForceOpenCv = true });
        Assert.Equal(["a.mp4"], _folder.Names);
        var source = new VideoFileSource(_folder["a.mp4"]);
        Assert.Equal((width + (width & 1), height + (height & 1)), (source.Info.Format.Width, source.Info.Format.Height));
        Assert.Equal(Enumerable.Range(0, 30), Tools.ReadAll(source).Select(f => f.Number));
    }

    private static Process ChildOfThisTest(string writing) =>
        Process.GetProcessesByName("ffmpeg").Single(p => File.ReadAllText($"/proc/{p.Id}/cmdline").Contains(writing, StringComparison.Ordinal));
}
