namespace OpenSegR.Realtime.Evaluation;

/// <summary>What was predicted for one picture, at the picture's size. What is null was not predicted, and is not scored.</summary>
public sealed record Prediction
{
    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>[Height * Width] class of each pixel, <see cref="LabelledPicture.Ignored"/> where there is none.</summary>
    public ushort[]? Classes { get; init; }

    /// <summary>[Height * Width] segment of each pixel, 0 where there is none.</summary>
    public int[]? SegmentIds { get; init; }

    /// <summary>The segments of <see cref="SegmentIds"/>.</summary>
    public IReadOnlyList<PanopticSegment> Segments { get; init; } = [];

    /// <summary>Objects, which may overlap.</summary>
    public IReadOnlyList<InstancePrediction>? Instances { get; init; }
}
