using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Bench;

/// <summary>The short version of <c>segr bench soak</c>; runs alone, so that collections and memory are its own.</summary>
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakCollection;

[Collection(nameof(SoakTests))]
public sealed class SoakTests
{
    [Theory]
    [InlineData(SegmentationMode.Semantic, false)]
    [InlineData(SegmentationMode.Panoptic, true)]
    public void The_frame_path_allocates_next_to_nothing_and_memory_stays(SegmentationMode mode, bool motion)
    {
        var soak = new SoakBenchmark(600, 320, 180, mode, Composite: true, motion ? new MotionOptions { Smooth = true } : null).Run(TestContext.Current.CancellationToken);
        Assert.Equal(PipelineOutcome.Completed, soak.Report.Outcome);
        Assert.Equal(600, soak.Report.FramesOut);
        Assert.InRange(soak.Report.AllocatedBytesPerFrame, 0, 1024);
        Assert.Equal(0, soak.Report.Gen2Collections);
        Assert.InRange(soak.LateMb - soak.EarlyMb, -1000, 24);
        Assert.Contains("resident memory", soak.ToTable(), StringComparison.Ordinal);
    }
}
