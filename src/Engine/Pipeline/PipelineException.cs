namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// A stage of the pipeline failed. <see cref="Exception.InnerException"/> is what it threw. The user's own faults are not wrapped: an
/// <see cref="InputException"/> that a stage throws leaves the pipeline as it is, because its message names the file and its kind is the exit code.
/// </summary>
public sealed class PipelineException : SegrException
{
    /// <summary>Creates the error of one stage.</summary>
    /// <param name="stage">Where it happened.</param>
    /// <param name="frameIndex">The frame that was being worked on, or null where none was.</param>
    /// <param name="innerException">What the stage threw.</param>
    public PipelineException(PipelineStage stage, long? frameIndex, Exception innerException)
        : base(Describe(stage, frameIndex, innerException), innerException)
    {
        Stage = stage;
        FrameIndex = frameIndex;
    }

    /// <summary>Creates an error with a one-line message.</summary>
    public PipelineException(string message) : base(message) { }

    /// <summary>Creates an error with a one-line message and the error that caused it.</summary>
    public PipelineException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates an error with no message of its own; prefer the overloads that take one.</summary>
    public PipelineException() { }

    /// <summary>The stage that failed.</summary>
    public PipelineStage Stage { get; }

    /// <summary>Index of the frame that was being worked on, or null where none was.</summary>
    public long? FrameIndex { get; }

    private static string Describe(PipelineStage stage, long? frameIndex, Exception innerException)
    {
        var name = stage.ToString().ToLowerInvariant();
        var where = frameIndex is { } index ? $" at frame {index}" : "";
        // One line: the inner message may have several.
        var what = innerException.Message.ReplaceLineEndings(" ");
        return innerException is SegrException
            ? $"the {name} stage failed{where}: {what}"
            : $"the {name} stage failed{where}: {what} ({innerException.GetType().Name})";
    }
}
