using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli;

/// <summary>Runs a pipeline with progress on the terminal and says at the end what it did.</summary>
internal static class PipelineRun
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs to the end, an error or an interruption; the statistics are written in every case.</summary>
    /// <returns>The report of a run that ended by itself or was interrupted.</returns>
    public static PipelineReport Run(
        string what, IFrameSource source, ISegmentor segmentor, ISegmentationSink sink, PipelineOptions options, string? statsPath,
        CancellationToken cancellation)
    {
        var total = options.MaxFrames is { } limit && source.Info.FrameCount is { } count ? Math.Min(limit, count) : options.MaxFrames ?? source.Info.FrameCount;
        using var pipeline = new SegmentationPipeline(source, segmentor, sink, options);
        using var progress = new ProgressReport(what, total, "frames");
        using var timer = new Timer(
            _ => progress.Report(pipeline.Statistics.FramesOut, $"{pipeline.Statistics.RecentMaskFps:0.0} masks/s"), null, ReportInterval, ReportInterval);
        try
        {
            return pipeline.Run(cancellation);
        }
        finally
        {
            timer.Dispose();
            if (statsPath is not null)
            {
                pipeline.Statistics.Snapshot().Save(statsPath);
            }
        }
    }
}
