namespace OpenSegR.Realtime.Bench;

/// <summary>What <see cref="MotionBenchmark"/> runs.</summary>
public sealed record MotionSetup
{
    /// <summary>Seed of the first clip; the others follow. No training used those from 1001 on.</summary>
    public int First { get; init; } = 1001;

    /// <summary>Number of clips.</summary>
    public int Clips { get; init; } = 6;

    /// <summary>Frames of each clip.</summary>
    public int Frames { get; init; } = 90;

    /// <summary>Frames that the network takes, 0 for masks of the very frame.</summary>
    public IReadOnlyList<int> Lags { get; init; } = [0, 3, 10, 30];

    /// <summary>Width of the frames in pixels.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Height of the frames in pixels.</summary>
    public int Height { get; init; } = 360;

    /// <summary>A model whose real masks are shown beside perfect ones; null for perfect ones only.</summary>
    public string? Model { get; init; }
}
