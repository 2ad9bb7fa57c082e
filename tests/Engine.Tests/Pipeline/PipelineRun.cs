using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

/// <summary>Runs a pipeline with a limit on its time, and checks that nothing is left behind, however it ends.</summary>
internal static class PipelineRun
{
    /// <summary>Far longer than any test takes: reaching it means that the pipeline hangs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static PipelineReport Run(
        FakeSource source, FakeSegmentor segmentor, RecordingSink sink, PipelineOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var pipeline = new SegmentationPipeline(source, segmentor, sink, options);
        try
        {
            return Bounded(pipeline, cancellationToken);
        }
        finally
        {
            AssertEmpty(pipeline, source, segmentor, sink);
        }
    }

    public static PipelineReport Bounded(SegmentationPipeline pipeline, CancellationToken cancellationToken = default)
    {
        var run = Task.Factory.StartNew(() => pipeline.Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(((IAsyncResult)run).AsyncWaitHandle.WaitOne(Limit), "the pipeline hangs");
        return run.GetAwaiter().GetResult();
    }

    public static void AssertEmpty(SegmentationPipeline pipeline, FakeSource source, FakeSegmentor segmentor, RecordingSink sink)
    {
        Assert.Equal(0, pipeline.Frames.InUse);
        Assert.Equal(0, pipeline.Results.InUse);
        Assert.Equal(1, source.DisposeCount);
        Assert.Equal(1, sink.DisposeCount);
        Assert.All(segmentor.Slots, slot => Assert.True(slot.IsDisposed));
    }
}
