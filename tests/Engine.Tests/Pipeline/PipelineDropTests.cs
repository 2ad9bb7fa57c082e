using OpenSegR.Realtime.Pipeline;
using static OpenSegR.Realtime.Tests.Pipeline.SegmentationPipelineTests;

namespace OpenSegR.Realtime.Tests.Pipeline;

/// <summary>Live behaviour, with every step held until the test lets it go: no clock is involved.</summary>
public sealed class PipelineDropTests
{
    [Fact]
    public void While_the_network_works_the_newest_live_frame_replaces_the_waiting_one()
    {
        using var preprocessed = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        using var inferring = new ManualResetEventSlim();
        using var shown = new ManualResetEventSlim();
        var segmentor = new FakeSegmentor
        {
            OnPreprocess = _ => preprocessed.Release(),
            OnInfer = n =>
            {
                inferring.Set();
                // Frame 0 waits for the test; the one after it, for frame 0 to be out of the sink's queue.
                Assert.True((n == 0 ? release : shown).Wait(PipelineRun.Limit));
            },
        };
        var source = new FakeSource(10, isLive: true)
        {
            BeforeFrame = (n, cancel) =>
            {
                if (n > 0)
                {
                    // Frame n - 1 was pre-processed; the network is busy with frame 0 all the while.
                    Assert.True(preprocessed.Wait(PipelineRun.Limit, cancel));
                    Assert.True(inferring.Wait(PipelineRun.Limit, cancel));
                }

                if (n == 10)
                {
                    release.Set();
                }
            },
        };
        var sink = new RecordingSink { OnWrite = _ => shown.Set() };
        var report = PipelineRun.Run(source, segmentor, sink, new() { Sync = SyncMode.Exact });

        Assert.Equal([0, 9], sink.Frames);
        Assert.All(sink.Written, w => Assert.Equal(w.Frame, w.Masks));
        Assert.Equal((10, 2, 8), (report.FramesIn, report.FramesOut, report.FramesDropped));
        Assert.Equal(8, report.Drops["inference"]);
    }

    [Fact]
    public void With_one_frame_in_flight_live_frames_are_dropped_at_the_entrance()
    {
        using var inferring = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var shown = new ManualResetEventSlim();
        var segmentor = new FakeSegmentor
        {
            OnInfer = n =>
            {
                inferring.Set();
                // Frame 0 waits for the test; the one after it, for frame 0 to be out of the sink's queue.
                Assert.True((n == 0 ? release : shown).Wait(PipelineRun.Limit));
            },
        };
        var source = new FakeSource(10, isLive: true)
        {
            BeforeFrame = (n, cancel) =>
            {
                Assert.True(n == 0 || inferring.Wait(PipelineRun.Limit, cancel));
                if (n == 10)
                {
                    release.Set();
                }
            },
        };
        var sink = new RecordingSink { OnWrite = _ => shown.Set() };
        var report = PipelineRun.Run(source, segmentor, sink, new() { Sync = SyncMode.Exact, FramesInFlight = 1 });

        Assert.Equal([0, 9], sink.Frames);
        Assert.Equal(8, report.Drops["preprocess"]);
        Assert.Equal(0, report.Drops["inference"]);
    }

    [Fact]
    public void A_slow_sink_gets_the_newest_live_frame()
    {
        using var written = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var postprocessed = new SemaphoreSlim(0);
        var segmentor = new FakeSegmentor { OnPostprocess = _ => postprocessed.Release() };
        var source = new FakeSource(6, isLive: true)
        {
            BeforeFrame = (n, cancel) =>
            {
                if (n > 0)
                {
                    Assert.True(written.Wait(PipelineRun.Limit, cancel));
                    Assert.True(postprocessed.Wait(PipelineRun.Limit, cancel));
                }
            },
        };
        var sink = new RecordingSink();
        sink.OnWrite = n =>
        {
            written.Set();
            Assert.True(n > 0 || release.Wait(PipelineRun.Limit));
        };
        using var pipeline = new SegmentationPipeline(source, segmentor, sink, new() { Sync = SyncMode.Exact });
        // The sink goes on only once all but the first and last frame have been dropped before it.
        var watcher = new Thread(() =>
        {
            SpinWait.SpinUntil(() => pipeline.Statistics.FramesDropped == 4, PipelineRun.Limit);
            release.Set();
        })
        { IsBackground = true };
        watcher.Start();
        var report = PipelineRun.Bounded(pipeline);
        watcher.Join();

        Assert.Equal([0, 5], sink.Frames);
        Assert.Equal(4, report.Drops["sink"]);
        PipelineRun.AssertEmpty(pipeline, source, segmentor, sink);
    }

    [Fact]
    public void A_live_picture_with_lagging_masks_shows_every_frame_with_the_newest_masks()
    {
        using var inferring = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var shown = new SemaphoreSlim(0);
        FakeSegmentor segmentor = new()
        {
            OnInfer = n =>
            {
                inferring.Set();
                Assert.True(n > 0 || release.Wait(PipelineRun.Limit));
            },
        };
        var inferred = 0L;
        segmentor.OnPostprocess = _ => Interlocked.Increment(ref inferred);
        var source = new FakeSource(12, isLive: true)
        {
            BeforeFrame = (n, cancel) =>
            {
                // One at a time, so that the picture keeps up with the source.
                Assert.True(n == 0 || shown.Wait(PipelineRun.Limit, cancel));
                Assert.True(n == 0 || inferring.Wait(PipelineRun.Limit, cancel));
                if (n == 6)
                {
                    release.Set();
                    // Masks of frame 0, and of the newest frame that was waiting (5), come before frame 6 does.
                    Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref inferred) == 2, PipelineRun.Limit));
                }
            },
        };
        var sink = new RecordingSink();
        sink.OnWrite = _ => shown.Release();
        var report = PipelineRun.Run(source, segmentor, sink);

        Assert.Equal(LongRange(12), sink.Frames);
        Assert.All(sink.Written.Take(6), w => Assert.Equal(-1, w.Masks));
        Assert.All(sink.Written, w => Assert.Equal(w.Frame != w.Masks, w.IsReused));
        Assert.All(sink.Written.Zip(sink.Written.Skip(1)), pair => Assert.True(pair.First.Masks <= pair.Second.Masks));
        Assert.True(sink.Written[^1].Masks >= 5);
        Assert.Equal(0, report.FramesDropped);
        // Frames 1 to 4 gave way to frame 5 while the network was held; of 6 to 10 each may give way to the next, as the scheduler has it.
        Assert.InRange(report.Drops["inference"], 4, 9);
        Assert.Equal(SyncMode.Latest, report.Sync);
    }

    [Fact]
    public void A_file_with_lagging_masks_is_still_delivered_whole_and_begins_with_masks()
    {
        var sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(500), new FakeSegmentor(), sink, new() { Sync = SyncMode.Latest });

        Assert.Equal(LongRange(500), sink.Frames);
        Assert.All(sink.Written, w => Assert.InRange(w.Masks, 0, 499));
        Assert.All(sink.Written, w => Assert.Equal(w.Frame != w.Masks, w.IsReused));
        Assert.All(sink.Written.Zip(sink.Written.Skip(1)), pair => Assert.True(pair.First.Masks <= pair.Second.Masks));
        Assert.Equal(0, report.FramesDropped);
        Assert.Equal(500, report.FramesInferred + report.Drops["inference"] + SkippedFor(report));
    }

    [Fact]
    public void A_live_source_may_be_told_to_drop_nothing_and_a_file_to_drop()
    {
        var sink = new RecordingSink();
        PipelineRun.Run(new FakeSource(200, isLive: true), new FakeSegmentor(), sink, new() { Sync = SyncMode.Exact, Drop = DropPolicy.Never });
        Assert.Equal(LongRange(200), sink.Frames);

        sink = new RecordingSink();
        var report = PipelineRun.Run(new FakeSource(200), new FakeSegmentor(), sink, new() { Drop = DropPolicy.Oldest });
        Assert.Equal(200, report.FramesOut + report.FramesDropped);
        Assert.Equal(report.FramesDropped, report.Drops.Where(d => d.Key != "masks").Sum(d => d.Value));
        Assert.Equal(199, sink.Frames.Last());
        Assert.Equal(sink.Frames.Order(), sink.Frames);
    }

    // Frames that found no free slot: they are not drops, they show older masks.
    private static long SkippedFor(PipelineReport report) => report.FramesIn - report.Latency["preprocess"].Count;
}
