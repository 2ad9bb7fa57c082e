using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Real files through the whole pipeline, with a segmentor that is not real.</summary>
public sealed class PipelineFileTests : IDisposable
{
    private static readonly FrameFormat Format = new(96, 64);
    private readonly TempFolder _folder = new();

    private string Input => _folder["in.mp4"];

    private string Output => _folder["out.mp4"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(SyncMode.Exact, 1)]
    [InlineData(SyncMode.Exact, 4)]
    [InlineData(SyncMode.Latest, 1)]
    public void A_video_comes_out_with_the_frames_order_and_duration_that_it_went_in_with(SyncMode sync, int every)
    {
        Tools.RequireFfmpeg();
        Tools.Write(Input, Format, 90, 60);
        var report = Run(new NumberSegmentor(), new() { Sync = sync, InferEvery = every });
        Assert.Equal((90, 90, 0), (report.FramesIn, report.FramesOut, report.FramesDropped));
        AssertWhole(90, 60);
    }

    [Fact]
    public void Masks_that_cannot_keep_up_do_not_hold_a_paced_file_back()
    {
        Tools.RequireFfmpeg();
        Tools.Write(Input, Format, 60, 120);
        using var release = new ManualResetEventSlim();
        var last = 0L;
        var inferences = 0;
        // The first masks are waited for, so the network hangs at its second frame, whichever that is, until the source has been read to its end.
        var segmentor = new NumberSegmentor { OnInfer = _ => Assert.True(++inferences != 2 || release.Wait(TimeSpan.FromSeconds(60))) };
        using var source = new WatchedSource(new VideoFileSource(Input), index =>
        {
            last = index;
            if (index == 59)
            {
                release.Set();
            }
        });
        using var pipeline = new SegmentationPipeline(source, segmentor, new PassThroughSink(new VideoFileSink(Output)), new() { Sync = SyncMode.Latest });
        var report = pipeline.Run();
        Assert.Equal((60, 59), (report.FramesOut, last));
        Assert.True(report.FramesReused > 0);
        AssertWhole(60, 120);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_cancelled_run_leaves_a_playable_beginning(int seed)
    {
        Tools.RequireFfmpeg();
        Tools.Write(Input, Format, 200, 25);
        using var cancel = new CancellationTokenSource();
        var at = new Random(seed).Next(5, 150);
        var report = Run(
            new NumberSegmentor
            {
                OnInfer = n =>
                {
                    if (n == at)
                    {
                        cancel.Cancel();
                    }
                },
            },
            cancellationToken: cancel.Token);
        Assert.Equal(PipelineOutcome.Cancelled, report.Outcome);
        Assert.InRange(report.FramesOut, at - 4, at);
        AssertWhole((int)report.FramesOut, 25);
    }

    [Fact]
    public void A_failing_stage_leaves_a_playable_beginning()
    {
        Tools.RequireFfmpeg();
        Tools.Write(Input, Format, 100, 25);
        var error = Assert.Throws<PipelineException>(() => Run(new NumberSegmentor
        {
            OnInfer = n =>
            {
                if (n == 40)
                {
                    throw new InvalidOperationException("the network broke");
                }
            },
        }));
        Assert.Equal((PipelineStage.Inference, 40L), (error.Stage, error.FrameIndex));
        var frames = Tools.ReadAll(new VideoFileSource(Output)).Select(f => f.Number).ToList();
        Assert.InRange(frames.Count, 35, 40);
        Assert.Equal(Enumerable.Range(0, frames.Count), frames);
        Assert.Equal(["in.mp4", "out.mp4"], _folder.Names);
    }

    [Fact]
    public void A_cut_off_video_is_segmented_as_far_as_it_goes()
    {
        Tools.RequireFfmpeg();
        Tools.Write(_folder["whole.mp4"], Format, 120, 25);
        var bytes = File.ReadAllBytes(_folder["whole.mp4"]);
        File.WriteAllBytes(Input, bytes[..(bytes.Length / 2)]);
        var report = Run(new NumberSegmentor());
        Assert.Equal(PipelineOutcome.Completed, report.Outcome);
        Assert.InRange(report.FramesOut, 10, 110);
        Assert.Equal(report.FramesOut, Tools.Probe(Output).Frames);
    }

    [Fact]
    public void A_full_disk_is_the_users_to_mend_and_named()
    {
        Tools.RequireFfmpeg();
        using var disk = SmallDisk.MountOrSkip(1);
        File.WriteAllBytes(disk["filler"], new byte[1024 * 1024 - 8192]);
        Tools.Write(Input, Format, 200, 25);
        var error = Assert.Throws<InputException>(() => Run(new NumberSegmentor(), output: disk["out.mp4"]));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(disk["out.mp4"]));
    }

    [Fact]
    public void Images_of_several_sizes_become_one_video()
    {
        Tools.RequireFfmpeg();
        using (var sink = new ImageFolderSink(_folder["frames"]))
        {
            var pool = new FramePool();
            sink.Open(Format, 25);
            for (var n = 0; n < 12; n++)
            {
                using var frame = Tools.Numbered(pool, n < 5 ? Format : new FrameFormat(192, 128), n, n * 40_000L);
                sink.Write(frame);
            }
        }

        using (var pipeline = new SegmentationPipeline(
            FrameSources.Open(_folder["frames"]), new NumberSegmentor(), new PassThroughSink(new VideoFileSink(Output))))
        {
            Assert.Equal(12, pipeline.Run().FramesOut);
        }

        AssertWhole(12, 25);
    }

    private PipelineReport Run(NumberSegmentor segmentor, PipelineOptions? options = null, string? output = null, CancellationToken cancellationToken = default)
    {
        using var pipeline = new SegmentationPipeline(
            new VideoFileSource(Input), segmentor, new PassThroughSink(new VideoFileSink(output ?? Output)), options);
        return pipeline.Run(cancellationToken);
    }

    private void AssertWhole(int frames, double fps)
    {
        var facts = Tools.Probe(Output);
        Assert.Equal(frames, facts.Frames);
        Assert.Equal(frames / fps, facts.Seconds, 0.01);
        Assert.Equal(Enumerable.Range(0, frames), Tools.ReadAll(new VideoFileSource(Output)).Select(f => f.Number));
        Assert.DoesNotContain(_folder.Names, name => name!.Contains("partial", StringComparison.Ordinal) || name.Contains("finishing", StringComparison.Ordinal));
    }

    private sealed class WatchedSource(IFrameSource inner, Action<long> onFrame) : IFrameSource
    {
        public FrameSourceInfo Info => inner.Info;

        public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
        {
            var read = inner.Read(pool, out frame, cancellationToken);
            if (read == FrameRead.Frame)
            {
                onFrame(frame!.Index);
            }

            return read;
        }

        public void Dispose() => inner.Dispose();
    }
}
