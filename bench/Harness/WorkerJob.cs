namespace OpenSegR.Realtime.Bench;

/// <summary>The first line that a worker process reads: what it is to be.</summary>
public sealed record WorkerJob
{
    /// <summary>A case of ours, or null for an ONNX file.</summary>
    public BenchCase? Case { get; init; }

    /// <summary>An ONNX file to run in a default session, or null.</summary>
    public string? OnnxFile { get; init; }

    /// <summary>The inputs of the ONNX file.</summary>
    public string? Inputs { get; init; }

    /// <summary>What all cases have in common.</summary>
    public required BenchSetup Setup { get; init; }
}
