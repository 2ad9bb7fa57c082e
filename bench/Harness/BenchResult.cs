namespace OpenSegR.Realtime.Bench;

/// <summary>What a contestant measured, over all repetitions.</summary>
public sealed record BenchResult
{
    /// <summary>Its name; comparisons match by it.</summary>
    public required string Name { get; init; }

    /// <summary>segr, pytorch or onnx.</summary>
    public required string Kind { get; init; }

    /// <summary>What ran, in its own words.</summary>
    public required string Description { get; init; }

    /// <summary>Contestants of one group saw the same picture; see <see cref="BenchCase.Group"/>.</summary>
    public required string Group { get; init; }

    /// <summary>Milliseconds of the network alone, one frame in it; with the threads of one of <see cref="FramesAtOnce"/>.</summary>
    public Spread? NetworkMs { get; init; }

    /// <summary>Milliseconds of a peer with everything after the network; null for ours.</summary>
    public Spread? WholeMs { get; init; }

    /// <summary>Frames a second, saturated; null for peers.</summary>
    public Spread? Fps { get; init; }

    /// <summary>Frames side by side in the network behind <see cref="Fps"/>; null for peers.</summary>
    public int? FramesAtOnce { get; init; }

    /// <summary>True masks a second; null for peers.</summary>
    public Spread? MaskFps { get; init; }

    /// <summary>p50, p95 and p99 in milliseconds by stage, and "end_to_end": each the median over the repetitions.</summary>
    public IReadOnlyDictionary<string, StagePercentiles> Stages { get => field ?? new Dictionary<string, StagePercentiles>(); init; }

    /// <summary>Milliseconds from the start of the process to its first frame; null for peers.</summary>
    public double? FirstFrameMs { get; init; }

    /// <summary>Processor milliseconds a frame.</summary>
    public Spread? CpuMs { get; init; }

    /// <summary>Resident memory in MB after the last repetition.</summary>
    public double RssMb { get; init; }

    /// <summary>The largest resident memory in MB.</summary>
    public double PeakRssMb { get; init; }

    /// <summary>Managed bytes allocated a frame in the steady state; null where the runs were too short, and for peers.</summary>
    public Spread? AllocatedBytes { get; init; }

    /// <summary>Full garbage collections in the steady state, all repetitions together.</summary>
    public int Gen2Collections { get; init; }

    /// <summary>Frames that a live source lost, all repetitions together.</summary>
    public long Dropped { get; init; }

    /// <summary>Share of pixels with the same class as the group's reference (PyTorch, else our fp32), 0 to 1; null where there is none.</summary>
    public double? Agreement { get; init; }

    /// <summary>How many times as fast as each peer its network is, by the peer's kind.</summary>
    public IReadOnlyDictionary<string, double> TimesAsFastAs { get => field ?? new Dictionary<string, double>(); init; }

    /// <summary>The samples behind the numbers, in order.</summary>
    public IReadOnlyList<WorkerReply> Samples { get => field ?? []; init; }
}
