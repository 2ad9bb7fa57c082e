namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>What a synthetic data set shall contain.</summary>
public sealed record SynthOptions
{
    /// <summary>Folder to write; it must not exist yet, or be empty.</summary>
    public required string Out { get; init; }

    /// <summary>Number of pictures, 1 to 1,000,000.</summary>
    public required int Count { get; init; }

    /// <summary>Seed of the first scene; the following scenes take the following seeds.</summary>
    public long Seed { get; init; }

    /// <summary>Width of the pictures.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Height of the pictures.</summary>
    public int Height { get; init; } = 360;

    /// <summary>Consecutive frames taken of each scene: 1 for single pictures, more for clips.</summary>
    public int FramesPerScene { get; init; } = 1;

    /// <summary>Compositions of shape, colour and surface that the scenes may contain.</summary>
    public CompositionFilter Filter { get; init; } = CompositionFilter.Any;
}
