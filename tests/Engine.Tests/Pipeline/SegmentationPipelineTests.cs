using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class SegmentationPipelineTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(5, 8)]
    public void A_file_is_delivered_whole_in_order_each_frame_with_its_own_masks(int capacity, int inFlight)
    {
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(300), new FakeSegmentor(), sink, new() { QueueCapacity = capacity, FramesInFlight = inFlight });

        Assert.Equal(LongRange(300), sink.Frames);
        Assert.All(sink.Written, w => Assert.Equal(w.Frame, w.Masks));
        Assert.All(sink.Written, w => Assert.False(w.IsReused));
        Assert.True(sink.IsComplete);
        Assert.Equal(PipelineOutcome.Completed, report.Outcome);
        Assert.Equal((300, 300, 300, 0, 0), (report.FramesIn, report.FramesOut, report.FramesInferred, report.FramesReused, report.FramesDropped));
    }

    [Fact]
    public void A_slow_sink_holds_a_file_back_and_loses_nothing()
    {
        var read = 0L;
        var furthest = 0L;
        var source = new FakeSource(50) { BeforeFrame = (n, _) => Volatile.Write(ref read, n) };
        var sink = new RecordingSink();
        sink.OnWrite = n => furthest = Math.Max(furthest, Volatile.Read(ref read) - n);
        PipelineRun.Run(source, new FakeSegmentor(), sink);

        Assert.Equal(LongRange(50), sink.Frames);
        // Five stages hold one each and four queues one each; the source is asked for one more.
        Assert.InRange(furthest, 0, 10);
    }

    [Fact]
    public void The_sinks_run_on_the_calling_thread()
    {
        var sink = new RecordingSink();
        using var pipeline = new SegmentationPipeline(new FakeSource(3), new FakeSegmentor(), sink);
        pipeline.Run();
        Assert.Equal(Environment.CurrentManagedThreadId, sink.ThreadId);
    }

    [Theory]
    [InlineData(SyncMode.Exact)]
    [InlineData(SyncMode.Latest)]
    public void An_empty_source_completes_with_no_frame(SyncMode sync)
    {
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(0), new FakeSegmentor(), sink, new() { Sync = sync });
        Assert.Equal(PipelineOutcome.Completed, report.Outcome);
        Assert.True(sink.IsComplete);
        Assert.Empty(sink.Written);
    }

    [Fact]
    public void Reads_that_have_nothing_yet_are_asked_again()
    {
        var sink = new RecordingSink();
        PipelineRun.Run(new FakeSource(20) { HasNothing = n => n % 3 != 0 }, new FakeSegmentor(), sink);
        Assert.Equal(LongRange(20), sink.Frames);
    }

    [Fact]
    public void A_source_may_change_its_size()
    {
        var sink = new RecordingSink();
        var source = new FakeSource(40) { FormatOf = n => n < 17 ? new FrameFormat(8, 4) : new FrameFormat(5 + ((int)n % 7), 3) };
        PipelineRun.Run(source, new FakeSegmentor(), sink);
        Assert.Equal(LongRange(40), sink.Frames);
    }

    [Fact]
    public void It_stops_after_the_asked_number_of_frames()
    {
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(1000), new FakeSegmentor(), sink, new() { MaxFrames = 7 });
        Assert.Equal(LongRange(7), sink.Frames);
        Assert.Equal(PipelineOutcome.Completed, report.Outcome);
        Assert.True(sink.IsComplete);
    }

    [Fact]
    public void With_inference_on_every_third_frame_the_others_show_its_masks_marked_as_reused()
    {
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(10), new FakeSegmentor(), sink, new() { InferEvery = 3 });
        Assert.Equal(LongRange(10).Select(n => (n, n / 3 * 3, n % 3 != 0, 3)), sink.Written);
        Assert.Equal((4, 6), (report.FramesInferred, report.FramesReused));
    }

    [Fact]
    public void A_new_classifier_takes_effect_between_two_frames_and_loses_none()
    {
        var segmentor = new FakeSegmentor();
        var next = FakeSegmentor.ClassifierOf("x", "y");
        segmentor.OnInfer = n =>
        {
            if (n == 50)
            {
                segmentor.Classifier = next;
            }
        };
        var sink = new RecordingSink();
        PipelineRun.Run(new FakeSource(100), segmentor, sink);

        Assert.Equal(LongRange(100), sink.Frames);
        var classes = sink.Written.Select(w => w.Classes).ToList();
        var swap = classes.IndexOf(2);
        // Frame 50 came in before the swap; the one after it may have, too.
        Assert.InRange(swap, 51, 53);
        Assert.All(classes[..swap], c => Assert.Equal(3, c));
        Assert.All(classes[swap..], c => Assert.Equal(2, c));
    }

    [Fact]
    public void A_pipeline_runs_once()
    {
        using var pipeline = new SegmentationPipeline(new FakeSource(1), new FakeSegmentor(), new RecordingSink());
        pipeline.Run();
        Assert.Throws<InvalidOperationException>(() => pipeline.Run());
    }

    [Fact]
    public void A_pipeline_that_never_ran_frees_source_and_sink()
    {
        var source = new FakeSource(1);
        var sink = new RecordingSink();
        new SegmentationPipeline(source, new FakeSegmentor(), sink).Dispose();
        Assert.Equal((1, 1), (source.DisposeCount, sink.DisposeCount));
    }

    [Fact]
    public void A_sink_that_asks_for_it_is_called_while_no_frame_comes()
    {
        using var idled = new ManualResetEventSlim();
        var source = new FakeSource(2, isLive: true)
        {
            BeforeFrame = (n, cancel) =>
            {
                if (n == 1)
                {
                    Assert.True(idled.Wait(PipelineRun.Limit, cancel));
                }
            },
        };
        var sink = new RecordingSink { IdleInterval = TimeSpan.FromMilliseconds(1), OnIdle = idled.Set };
        PipelineRun.Run(source, new FakeSegmentor(), sink, new() { Sync = SyncMode.Exact, Drop = DropPolicy.Never });
        Assert.Equal(LongRange(2), sink.Frames);
    }

    [Theory]
    [InlineData(nameof(PipelineOptions.QueueCapacity))]
    [InlineData(nameof(PipelineOptions.FramesInFlight))]
    [InlineData(nameof(PipelineOptions.InferEvery))]
    [InlineData(nameof(PipelineOptions.MaxFrames))]
    public void An_option_out_of_range_is_named(string option)
    {
        var options = option switch
        {
            nameof(PipelineOptions.QueueCapacity) => new PipelineOptions { QueueCapacity = 0 },
            nameof(PipelineOptions.FramesInFlight) => new PipelineOptions { FramesInFlight = 65 },
            nameof(PipelineOptions.InferEvery) => new PipelineOptions { InferEvery = 0 },
            _ => new PipelineOptions { MaxFrames = 0 },
        };
        var error = Assert.Throws<InputException>(options.Validated);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    internal static IEnumerable<long> LongRange(int count) => Enumerable.Range(0, count).Select(n => (long)n);
}
