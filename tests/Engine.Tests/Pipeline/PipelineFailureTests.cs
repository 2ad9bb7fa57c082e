using OpenSegR.Realtime.Pipeline;
using static OpenSegR.Realtime.Tests.Pipeline.SegmentationPipelineTests;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class PipelineFailureTests
{
    public static TheoryData<PipelineStage, SyncMode, bool> Places
    {
        get
        {
            var places = new TheoryData<PipelineStage, SyncMode, bool>();
            foreach (var stage in Enum.GetValues<PipelineStage>())
            {
                foreach (var sync in new[] { SyncMode.Exact, SyncMode.Latest })
                {
                    places.Add(stage, sync, false);
                    places.Add(stage, sync, true);
                }
            }

            return places;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_failing_stage_is_named_and_everything_is_released(PipelineStage stage, SyncMode sync, bool isLive)
    {
        var (source, segmentor, sink) = Failing(stage, new InvalidOperationException("it broke\nbadly"), isLive);
        var error = Assert.Throws<PipelineException>(() => PipelineRun.Run(source, segmentor, sink, new() { Sync = sync, Drop = DropPolicy.Never }));

        Assert.Equal(stage, error.Stage);
        Assert.Contains($"the {stage.ToString().ToLowerInvariant()} stage failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("it broke badly", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.IsType<InvalidOperationException>(error.InnerException);
        Assert.False(sink.IsComplete);
        // What came out before is a prefix in order.
        Assert.Equal(LongRange(sink.Written.Count), sink.Frames);
        if (stage != PipelineStage.Source && sync == SyncMode.Exact)
        {
            Assert.Equal(5, error.FrameIndex);
            Assert.InRange(sink.Written.Count, 0, 5);
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void The_users_own_fault_leaves_the_pipeline_as_it_is(PipelineStage stage, SyncMode sync, bool isLive)
    {
        var fault = new InputException("clip.mp4 is damaged");
        var (source, segmentor, sink) = Failing(stage, fault, isLive);
        var error = Assert.Throws<InputException>(() => PipelineRun.Run(source, segmentor, sink, new() { Sync = sync, Drop = DropPolicy.Never }));
        Assert.Same(fault, error);
    }

    [Fact]
    public void A_sink_that_does_not_open_stops_the_run_before_the_first_frame()
    {
        var read = false;
        var source = new FakeSource(5) { BeforeFrame = (_, _) => read = true };
        var sink = new RecordingSink { FailOnOpen = new InvalidOperationException("no room") };
        var error = Assert.Throws<PipelineException>(() => PipelineRun.Run(source, new FakeSegmentor(), sink));
        Assert.Equal(PipelineStage.Sink, error.Stage);
        Assert.False(read);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sink_that_cannot_finish_is_a_failure(bool onComplete)
    {
        var fault = new InvalidOperationException("cannot finish");
        var sink = onComplete ? new RecordingSink { FailOnComplete = fault } : new RecordingSink { FailOnDispose = fault };
        var error = Assert.Throws<PipelineException>(() => PipelineRun.Run(new FakeSource(5), new FakeSegmentor(), sink));
        Assert.Equal(PipelineStage.Sink, error.Stage);
        Assert.Same(fault, error.InnerException);
    }

    [Fact]
    public void The_statistics_of_a_failed_run_can_still_be_read()
    {
        var (source, segmentor, sink) = Failing(PipelineStage.Postprocess, new InvalidOperationException("it broke"), isLive: false);
        using var pipeline = new SegmentationPipeline(source, segmentor, sink);
        Assert.Throws<PipelineException>(() => PipelineRun.Bounded(pipeline));
        var report = pipeline.Statistics.Snapshot();
        Assert.Equal(PipelineOutcome.Failed, report.Outcome);
        Assert.Equal(PipelineStage.Postprocess, report.FailedStage);
        Assert.Equal(sink.Written.Count, report.FramesOut);
    }

    [Fact]
    public void A_tee_finishes_all_its_outputs_even_where_one_fails()
    {
        var good = new RecordingSink();
        var bad = new RecordingSink { FailOnComplete = new InvalidOperationException("full"), FailOnDispose = new InvalidOperationException("still full") };
        var last = new RecordingSink { IdleInterval = TimeSpan.FromMilliseconds(20) };
        var tee = new TeeSink(good, bad, last);
        Assert.Equal(TimeSpan.FromMilliseconds(20), tee.IdleInterval);
        using var pipeline = new SegmentationPipeline(new FakeSource(4), new FakeSegmentor(), tee);
        var error = Assert.Throws<PipelineException>(() => PipelineRun.Bounded(pipeline));

        Assert.Equal("full", error.InnerException!.Message);
        foreach (var sink in new[] { good, last })
        {
            Assert.True(sink.IsComplete);
            Assert.Equal(LongRange(4), sink.Frames);
        }

        Assert.All(new[] { good, bad, last }, sink => Assert.Equal(1, sink.DisposeCount));
    }

    internal static (FakeSource Source, FakeSegmentor Segmentor, RecordingSink Sink) Failing(PipelineStage stage, Exception fault, bool isLive)
    {
        // In latest mode few frames pass the network: fail at the first from the fifth on.
        Action<long>? At(PipelineStage place) => place != stage ? null : n =>
        {
            if (n >= 5)
            {
                throw fault;
            }
        };
        var source = new FakeSource(100_000, isLive) { BeforeFrame = stage == PipelineStage.Source ? (n, _) => At(PipelineStage.Source)!(n) : null };
        var segmentor = new FakeSegmentor
        {
            OnPreprocess = At(PipelineStage.Preprocess),
            OnInfer = At(PipelineStage.Inference),
            OnPostprocess = At(PipelineStage.Postprocess),
        };
        return (source, segmentor, new RecordingSink { OnWrite = At(PipelineStage.Sink) });
    }
}
