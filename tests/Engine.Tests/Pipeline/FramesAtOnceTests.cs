using OpenSegR.Realtime.Pipeline;
using static OpenSegR.Realtime.Tests.Pipeline.SegmentationPipelineTests;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class FramesAtOnceTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Frames_are_in_the_network_side_by_side_and_leave_it_in_order(int atOnce)
    {
        // Nobody gets on before all are inside; after that the later of each group are the faster ones.
        using var together = new Barrier(atOnce);
        var segmentor = new FakeSegmentor
        {
            FramesAtOnce = atOnce,
            OnInfer = n =>
            {
                if (n < 3 * atOnce)
                {
                    Assert.True(together.SignalAndWait(PipelineRun.Limit), "the frames do not meet in the network");
                }

                Thread.SpinWait((int)(200 * (atOnce - (n % atOnce))));
            },
        };
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(200), segmentor, sink);

        Assert.Equal(LongRange(200), sink.Frames);
        Assert.All(sink.Written, w => Assert.Equal(w.Frame, w.Masks));
        Assert.Equal((200, 200), (report.FramesOut, report.FramesInferred));
    }

    [Fact]
    public void Frames_that_only_show_older_masks_keep_their_place_too()
    {
        var sink = new RecordingSink();
        PipelineRun.Run(new FakeSource(100), new FakeSegmentor { FramesAtOnce = 2 }, sink, new() { InferEvery = 3 });

        Assert.Equal(LongRange(100), sink.Frames);
        Assert.All(sink.Written, w => Assert.Equal(w.Frame / 3 * 3, w.Masks));
    }

    [Fact]
    public void With_the_newest_masks_one_frame_is_in_the_network()
    {
        var inside = 0;
        var most = 0;
        var segmentor = new FakeSegmentor
        {
            FramesAtOnce = 4,
            OnInfer = _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Thread.SpinWait(2000);
                Interlocked.Decrement(ref inside);
            },
        };
        PipelineRun.Run(new FakeSource(200), segmentor, new RecordingSink(), new() { Sync = SyncMode.Latest, Pace = false });
        Assert.Equal(1, most);
    }

    [Fact]
    public void A_frame_that_fails_is_named_while_a_later_one_waits_for_its_turn()
    {
        // Frame 6 is through the network before frame 5 fails in it.
        using var laterIsDone = new ManualResetEventSlim();
        var segmentor = new FakeSegmentor
        {
            FramesAtOnce = 2,
            OnInfer = n =>
            {
                if (n == 6)
                {
                    laterIsDone.Set();
                }
                else if (n == 5)
                {
                    Assert.True(laterIsDone.Wait(PipelineRun.Limit), "the next frame does not come");
                    throw new InvalidOperationException("it broke");
                }
            },
        };
        var sink = new RecordingSink();
        var error = Assert.Throws<PipelineException>(() => PipelineRun.Run(new FakeSource(50), segmentor, sink));

        Assert.Equal((PipelineStage.Inference, 5L), (error.Stage, error.FrameIndex));
        Assert.Equal(LongRange(sink.Written.Count), sink.Frames);
        Assert.InRange(sink.Written.Count, 0, 5);
    }

    [Fact]
    public void Cancelling_ends_the_wait_for_a_turn()
    {
        using var cancellation = new CancellationTokenSource();
        var segmentor = new FakeSegmentor { FramesAtOnce = 3 };
        segmentor.OnInfer = n =>
        {
            if (n == 9)
            {
                cancellation.Cancel();
            }
        };
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(1000), segmentor, sink, cancellationToken: cancellation.Token);
        Assert.Equal(PipelineOutcome.Cancelled, report.Outcome);
        Assert.Equal(LongRange(sink.Written.Count), sink.Frames);
    }
}
