using OpenSegR.Realtime.Pipeline;
using static OpenSegR.Realtime.Tests.Pipeline.SegmentationPipelineTests;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class PipelineCancellationTests
{
    /// <summary>Cancels at the n-th call of a randomly chosen place: any interleaving of the stages may be hit, and a seed repeats the choice.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Cancelling_anywhere_neither_hangs_nor_leaks(int seed)
    {
        var random = new Random(seed);
        using var cancel = new CancellationTokenSource();
        var place = (PipelineStage)random.Next(5);
        var at = random.Next(0, 40);
        Action<long>? Hook(PipelineStage stage) => stage != place ? null : n =>
        {
            if (n >= at)
            {
                cancel.Cancel();
            }
        };
        var source = new FakeSource(1_000_000, isLive: random.Next(2) == 0)
        {
            BeforeFrame = (n, _) => Hook(PipelineStage.Source)?.Invoke(n),
            HasNothing = random.Next(2) == 0 ? n => n % 4 == 1 : null,
        };
        var segmentor = new FakeSegmentor
        {
            OnPreprocess = Hook(PipelineStage.Preprocess),
            OnInfer = Hook(PipelineStage.Inference),
            OnPostprocess = Hook(PipelineStage.Postprocess),
        };
        var sink = new RecordingSink { OnWrite = Hook(PipelineStage.Sink) };
        var options = new PipelineOptions
        {
            Sync = (SyncMode)random.Next(3),
            Drop = (DropPolicy)random.Next(3),
            QueueCapacity = random.Next(1, 5),
            FramesInFlight = random.Next(1, 5),
            InferEvery = random.Next(1, 4),
        };
        var report = PipelineRun.Run(source, segmentor, sink, options, cancel.Token);

        Assert.Equal(PipelineOutcome.Cancelled, report.Outcome);
        Assert.False(sink.IsComplete);
        Assert.Equal(sink.Frames.Order().Distinct(), sink.Frames);
        if (!options.DropsFor(source.Info))
        {
            Assert.Equal(LongRange(sink.Written.Count), sink.Frames);
        }
    }

    [Fact]
    public void A_cancelled_token_starts_nothing()
    {
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(5), new FakeSegmentor(), sink, null, new CancellationToken(canceled: true));
        Assert.Equal(PipelineOutcome.Cancelled, report.Outcome);
        Assert.False(sink.IsOpen);
    }

    [Fact]
    public void A_source_that_waits_is_woken()
    {
        using var cancel = new CancellationTokenSource();
        var source = new FakeSource(5, isLive: true)
        {
            BeforeFrame = (n, token) =>
            {
                if (n == 2)
                {
                    cancel.Cancel();
                    Assert.True(token.WaitHandle.WaitOne(PipelineRun.Limit));
                    token.ThrowIfCancellationRequested();
                }
            },
        };
        var report = PipelineRun.Run(source, new FakeSegmentor(), new RecordingSink(), null, cancel.Token);
        Assert.Equal(PipelineOutcome.Cancelled, report.Outcome);
    }

    [Fact]
    public void Cancelling_after_the_end_does_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var report = PipelineRun.Run(new FakeSource(5), new FakeSegmentor(), new RecordingSink(), null, cancel.Token);
        cancel.Cancel();
        Assert.Equal(PipelineOutcome.Completed, report.Outcome);
    }

    public static IEnumerable<TheoryDataRow<int>> Seeds() => Enumerable.Range(1, 120).Select(seed => new TheoryDataRow<int>(seed));
}
