namespace OpenSegR.Realtime.Bench;

/// <summary>What all cases of a run have in common. All defaults are here.</summary>
public sealed record BenchSetup
{
    /// <summary>What frames come from: anything that <c>segr video</c> takes, or a camera. Synthetic scenes are drawn before the clock starts.</summary>
    public string Input { get; init; } = "synthetic:21:1280x720:48";

    /// <summary>True to treat a file as a camera: at its own speed, the newest frame first, so that drops show.</summary>
    public bool Live { get; init; }

    /// <summary>Words, as for <c>--vocab</c>; null for the model's own, or twenty invented classes where it has none.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>What takes the frames: none, composite (drawn, then thrown away) or video (drawn and encoded into a temporary file).</summary>
    public string Sink { get; init; } = "none";

    /// <summary>Threads of the network; 0 for one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>True to record networks on a GPU as CUDA graphs.</summary>
    public bool CudaGraphs { get; init; }

    /// <summary>Frames of one repetition, at least 1.</summary>
    public int Frames { get; init; } = 100;

    /// <summary>A repetition ends after this many seconds even where frames are left, but not before its third frame.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Frames before anything is counted.</summary>
    public int WarmUp { get; init; } = 3;

    /// <summary>Repetitions; every contestant runs once before any runs again.</summary>
    public int Repetitions { get; init; } = 5;
}
