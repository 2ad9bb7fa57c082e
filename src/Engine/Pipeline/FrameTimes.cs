namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// When a frame passed each point of the pipeline, in <see cref="System.Diagnostics.Stopwatch"/> ticks; 0 where it has not been yet.
/// One clock for all points, so that a latency is one subtraction.
/// </summary>
public struct FrameTimes
{
    /// <summary>The source handed the frame over (decoded or grabbed).</summary>
    public long Captured;

    /// <summary>Pre-processing began and ended.</summary>
    public long PreprocessStart, PreprocessEnd;

    /// <summary>Inference began and ended.</summary>
    public long InferenceStart, InferenceEnd;

    /// <summary>Post-processing began and ended.</summary>
    public long PostprocessStart, PostprocessEnd;

    /// <summary>The sinks began and ended (composition, encoding, display).</summary>
    public long SinkStart, SinkEnd;
}
