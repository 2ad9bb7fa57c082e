using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

/// <summary>Runs alone, so that garbage collections can be counted.</summary>
[CollectionDefinition(nameof(PipelineAllocationTests), DisableParallelization = true)]
public sealed class PipelineAllocationCollection;

[Collection(nameof(PipelineAllocationTests))]
public sealed class PipelineAllocationTests
{
    [Theory]
    [InlineData(SyncMode.Exact, false, false)]
    [InlineData(SyncMode.Exact, false, true)]
    [InlineData(SyncMode.Latest, false, false)]
    [InlineData(SyncMode.Latest, false, true)]
    [InlineData(SyncMode.Exact, true, false)]
    [InlineData(SyncMode.Latest, true, false)]
    [InlineData(SyncMode.Exact, false, false, true)]
    [InlineData(SyncMode.Latest, false, true, true)]
    [InlineData(SyncMode.Latest, true, false, true)]
    public void A_steady_pipeline_allocates_next_to_nothing(SyncMode sync, bool isLive, bool isSlow, bool followsMotion = false)
    {
        const int Warm = 500;
        const int Count = 2500;
        var segmentor = new FakeSegmentor();
        long sourceBytes = 0, before = 0, after = 0;
        var collections = 0;
        var sink = new RecordingSink();
        SegmentationPipeline pipeline = null!;
        var written = 0;
        var source = new FakeSource(Count, isLive)
        {
            BeforeFrame = (n, _) =>
            {
                // A live source waits for nobody: one frame at a time, so that they all come out.
                while (isLive && pipeline.Statistics.FramesOut < n)
                {
                    Thread.Yield();
                }

                // The thread's own count is exact; other threads of the process do not disturb it.
                sourceBytes = GC.GetAllocatedBytesForCurrentThread();
            },
        };
        sink.OnWrite = _ =>
        {
            var total = GC.GetAllocatedBytesForCurrentThread() + Volatile.Read(ref sourceBytes) + segmentor.ThreadAllocatedBytes.Sum();
            written++;
            if (written == Warm)
            {
                before = total;
                collections = GC.CollectionCount(2);
            }

            after = total;
            if (isSlow)
            {
                // Long enough for every stage before to find its queue full and to sleep.
                Thread.Sleep(1);
            }
        };
        using (pipeline = new SegmentationPipeline(source, segmentor, sink, new() { Sync = sync, Pace = false, Motion = followsMotion ? new() : null }))
        {
            PipelineRun.Bounded(pipeline);
            Assert.Equal(Count, written);
            Assert.Equal(collections, GC.CollectionCount(2));
            // However the threads interleave, there are never more frames than the pool keeps: none is made twice.
            Assert.InRange(pipeline.Frames.Created, 1, pipeline.Frames.KeepPerFormat);
        }

        var perFrame = (after - before) / (double)(written - Warm);
        TestContext.Current.SendDiagnosticMessage($"{sync}, live {isLive}, slow sink {isSlow}: {perFrame:0.0} bytes a frame over {written - Warm} frames");
        Assert.InRange(perFrame, 0, 256);
    }
}
