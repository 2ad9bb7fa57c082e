using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class FrameSourcesTests : IDisposable
{
    private static readonly FrameFormat Format = new(96, 64);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_form_opens_its_source()
    {
        Tools.Write(_folder["clip.mp4"], Format, 5, 25);
        using (var sink = new ImageFolderSink(_folder["frames"]))
        {
            Tools.Feed(sink, Format, 3, 25);
            sink.Complete();
        }

        void Opens<T>(string spec)
            where T : IFrameSource
        {
            using var source = FrameSources.Open(spec);
            Assert.IsType<T>(source);
        }

        Opens<VideoFileSource>(_folder["clip.mp4"]);
        Opens<ImageFolderSource>(_folder["frames"]);
        Opens<ImageFolderSource>(_folder["frames"] + "/");
        Opens<ImageFolderSource>(Path.Combine(_folder["frames"], "*.png"));
        Opens<SyntheticSource>("synthetic:7:64x48:3");
        Opens<PacedFrameSource>("loop:" + _folder["clip.mp4"]);
        Opens<PacedFrameSource>("loop:synthetic:7:64x48:3");
    }

    [Theory]
    [InlineData("", "no source was given")]
    [InlineData("nothing.mp4", "there is no file or folder 'nothing.mp4'")]
    [InlineData("camera:front", "names no camera")]
    [InlineData("camera:-1", "names no camera")]
    [InlineData("gopher://x/y", "addresses are not known")]
    [InlineData("synthetic:x", "does not name a synthetic scene")]
    [InlineData("loop:", "no source was given")]
    public void What_cannot_be_opened_is_said_with_an_example(string spec, string reason)
    {
        var error = Assert.ThrowsAny<InputException>(() => FrameSources.Open(spec));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Matches("for example|for instance|use ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_looped_file_goes_on_with_its_numbers_and_times()
    {
        Tools.Write(_folder["clip.mp4"], Format, 5, 25);
        var pool = new FramePool();
        using (var source = new LoopedSource(() => new VideoFileSource(_folder["clip.mp4"])))
        {
            Assert.Equal((true, null), (source.Info.IsLive, source.Info.FrameCount));
            for (var n = 0; n < 17; n++)
            {
                Assert.Equal(FrameRead.Frame, source.Read(pool, out var frame, CancellationToken.None));
                Assert.Equal((n % 5, (long)n), (FrameCode.Read(frame!), frame!.Index));
                Assert.Equal(n * 40_000, frame.TimestampUs, 100.0);
                frame.Dispose();
            }
        }

        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Playing_a_file_again_leaves_little_to_the_garbage_collector()
    {
        var format = new FrameFormat(320, 240);
        Tools.Write(_folder["clip.mp4"], format, 3, 25);
        var pool = new FramePool();
        long before = 0;
        using var source = new LoopedSource(() => new VideoFileSource(_folder["clip.mp4"]));
        for (var n = 0; n < 90; n++)
        {
            if (n == 30)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            source.Read(pool, out var frame, CancellationToken.None);
            frame!.Dispose();
        }

        // 20 rounds, not a frame of memory among them.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, format.ByteCount / 2);
        Assert.Equal(1, pool.Created);
    }

    [Theory]
    [InlineData(nameof(FrameSourceOptions.RequestedWidth))]
    [InlineData(nameof(FrameSourceOptions.RequestedFps))]
    [InlineData(nameof(FrameSourceOptions.CameraFormat))]
    [InlineData(nameof(FrameSourceOptions.ImageFps))]
    [InlineData(nameof(FrameSourceOptions.OpenTimeout))]
    public void An_option_out_of_range_is_named(string option)
    {
        var options = option switch
        {
            nameof(FrameSourceOptions.RequestedWidth) => new FrameSourceOptions { RequestedWidth = 0 },
            nameof(FrameSourceOptions.RequestedFps) => new FrameSourceOptions { RequestedFps = double.NaN },
            nameof(FrameSourceOptions.CameraFormat) => new FrameSourceOptions { CameraFormat = "JPEG2" },
            nameof(FrameSourceOptions.ImageFps) => new FrameSourceOptions { ImageFps = -1 },
            _ => new FrameSourceOptions { OpenTimeout = TimeSpan.Zero },
        };
        Assert.Contains(option, Assert.Throws<InputException>(options.Validated).Message, StringComparison.Ordinal);
    }
}
