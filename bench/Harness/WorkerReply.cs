using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// One answer of a worker or peer process, a line of JSON: what it is, what it measured, or why it could not. What a line leaves out is empty.
/// </summary>
public sealed record WorkerReply
{
    /// <summary>Said once, when it is ready: what runs, in words.</summary>
    public string? Ready { get; init; }

    /// <summary>Why the request was not fulfilled; all else is empty then.</summary>
    public string? Error { get; init; }

    /// <summary>Milliseconds of each run of the network alone: normalised picture in, mask and class logits out.</summary>
    public IReadOnlyList<double> NetworkMs { get => field ?? []; init; }

    /// <summary>Milliseconds of each frame with all that a peer does after the network; empty for ours, whose stages say it.</summary>
    public IReadOnlyList<double> WholeMs { get => field ?? []; init; }

    /// <summary>Frames that the network worked on side by side in the saturated pipeline, 0 for peers.</summary>
    public int FramesAtOnce { get; init; }

    /// <summary>Frames a second of the saturated pipeline, 0 for peers.</summary>
    public double Fps { get; init; }

    /// <summary>True masks a second; less than <see cref="Fps"/> where masks are reused.</summary>
    public double MaskFps { get; init; }

    /// <summary>Frames of the saturated pipeline.</summary>
    public long Frames { get; init; }

    /// <summary>Frames that a live source lost.</summary>
    public long Dropped { get; init; }

    /// <summary>Durations of the stages and end to end with one frame in flight (with a live source: of the running pipeline).</summary>
    public IReadOnlyDictionary<string, LatencySummary> Latency { get => field ?? new Dictionary<string, LatencySummary>(); init; }

    /// <summary>Processor milliseconds a frame, all threads together.</summary>
    public double CpuMs { get; init; }

    /// <summary>Resident memory of the process in MB after the run.</summary>
    public double RssMb { get; init; }

    /// <summary>Its largest so far.</summary>
    public double PeakRssMb { get; init; }

    /// <summary>Managed bytes allocated a frame in the steady state, or null where the run was too short to tell.</summary>
    public double? AllocatedBytes { get; init; }

    /// <summary>Full garbage collections in the steady state.</summary>
    public int Gen2Collections { get; init; }

    /// <summary>Milliseconds from the start of the process to its first finished frame, given once, with the first run; loading and warm-up included.</summary>
    public double? FirstFrameMs { get; init; }
}
