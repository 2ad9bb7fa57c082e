namespace OpenSegR.Realtime.Pipeline;

/// <summary>How a run ended, or that it has not.</summary>
public enum PipelineOutcome
{
    /// <summary>It has not ended yet.</summary>
    Running,

    /// <summary>The source ended, or the asked number of frames was reached, and every frame that was not dropped reached the sinks.</summary>
    Completed,

    /// <summary>It was cancelled; the sinks hold the frames up to then.</summary>
    Cancelled,

    /// <summary>A stage failed; the sinks hold the frames up to then.</summary>
    Failed,
}
