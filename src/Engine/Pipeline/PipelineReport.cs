using System.Text.Json;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>A snapshot of a pipeline's statistics; <c>--stats FILE</c> writes it as JSON with the names in snake_case.</summary>
public sealed record PipelineReport
{
    /// <summary>The source, for people.</summary>
    public required string Source { get; init; }

    /// <summary>How the run ended, or <see cref="PipelineOutcome.Running"/>.</summary>
    public required PipelineOutcome Outcome { get; init; }

    /// <summary>The stage that failed, or null.</summary>
    public PipelineStage? FailedStage { get; init; }

    /// <summary>Which masks were shown with which frame.</summary>
    public required SyncMode Sync { get; init; }

    /// <summary>Seconds from the first request to the source to the last frame out.</summary>
    public required double Seconds { get; init; }

    /// <summary>Milliseconds from the first request to the source to the first frame out.</summary>
    public required double TimeToFirstFrameMs { get; init; }

    /// <summary>Frames taken from the source.</summary>
    public required long FramesIn { get; init; }

    /// <summary>Frames that reached the sinks.</summary>
    public required long FramesOut { get; init; }

    /// <summary>Frames that the network ran on.</summary>
    public required long FramesInferred { get; init; }

    /// <summary>Frames that were shown with the masks of an earlier frame.</summary>
    public required long FramesReused { get; init; }

    /// <summary>Frames that never reached the sinks.</summary>
    public required long FramesDropped { get; init; }

    /// <summary><see cref="FramesIn"/> a second.</summary>
    public required double FpsIn { get; init; }

    /// <summary><see cref="FramesOut"/> a second.</summary>
    public required double FpsOut { get; init; }

    /// <summary><see cref="FramesInferred"/> a second: the rate of true masks, which a smooth picture hides.</summary>
    public required double FpsInferred { get; init; }

    /// <summary>
    /// What was dropped, by the stage in front of which it was waiting. With <see cref="SyncMode.Latest"/> a drop before "inference" or
    /// "masks" costs masks and no frame.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Drops { get; init; }

    /// <summary>
    /// Durations: the time that each stage worked on a frame ("source", "preprocess", "inference", "postprocess", "sink"), "end_to_end"
    /// (from captured to out of the sinks), "mask_age" (from capture of the frame that the masks belong to, to being shown) and "motion"
    /// (following masks through time, where that is asked for).
    /// </summary>
    public required IReadOnlyDictionary<string, LatencySummary> Latency { get; init; }

    /// <summary>The queues between the stages.</summary>
    public required IReadOnlyList<QueueReport> Queues { get; init; }

    /// <summary>Share of the shown pixels by class, largest first.</summary>
    public required IReadOnlyList<ClassCoverage> Classes { get; init; }

    /// <summary>Managed bytes that the whole process allocated a frame, after the first 32 frames; 0 where there were no more.</summary>
    public required double AllocatedBytesPerFrame { get; init; }

    /// <summary>Full garbage collections after the first 32 frames.</summary>
    public required int Gen2Collections { get; init; }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PipelineJson.Default.PipelineReport);

    /// <summary>The report as a plain text table of a few lines, for a terminal.</summary>
    public string ToTable() => PipelineReportTable.Format(this);

    /// <summary>Writes the JSON to a file, under a temporary name first.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var partial = path + ".partial";
        try
        {
            File.WriteAllText(partial, ToJson() + "\n");
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write the statistics to '{path}': {e.Message}", e);
        }
    }
}
