namespace OpenSegR.Realtime.Render;

/// <summary>What the statistics panel shows. Reused from frame to frame: fill in and pass along.</summary>
public sealed class HudContent
{
    /// <summary>First line: the model, or null for none.</summary>
    public string? Title { get; set; }

    /// <summary>What computes, for example "CPU fp32", or null.</summary>
    public string? Provider { get; set; }

    /// <summary>Frames a second; shown if greater than 0.</summary>
    public double FramesPerSecond { get; set; }

    /// <summary>Milliseconds from capture to display; shown if greater than 0.</summary>
    public double LatencyMs { get; set; }

    /// <summary>Milliseconds of inference a frame; shown if greater than 0.</summary>
    public double InferenceMs { get; set; }

    /// <summary>Frames that were not segmented because newer ones came; shown if greater than 0.</summary>
    public long DroppedFrames { get; set; }

    /// <summary>True where the masks belong to an earlier frame.</summary>
    public bool MasksReused { get; set; }

    /// <summary>New masks a second, where they lag behind the picture; shown if greater than 0.</summary>
    public double MasksPerSecond { get; set; }

    /// <summary>Milliseconds by which the masks are older than the picture, where they lag.</summary>
    public double MaskLagMs { get; set; }
}
