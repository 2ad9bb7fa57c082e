namespace OpenSegR.Realtime.Segmentation;

/// <summary>Rules and thresholds of post-processing.</summary>
public sealed record PostprocessOptions
{
    /// <summary>Which output is made.</summary>
    public SegmentationMode Mode { get; init; } = SegmentationMode.Semantic;

    /// <summary>At which size.</summary>
    public OutputResolution Resolution { get; init; } = OutputResolution.Stride4;

    /// <summary>
    /// Semantic: a pixel whose best class scores below this belongs to nothing. 0 is the reference's behaviour: every pixel gets a class.
    /// </summary>
    public float MinScore { get; init; }

    /// <summary>Panoptic: queries scored at or below this are dropped (OBJECT_MASK_THRESHOLD).</summary>
    public float ObjectMaskThreshold { get; init; } = 0.2f;

    /// <summary>Panoptic: a mask that keeps less than this share of its pixels against the others is dropped (OVERLAP_THRESHOLD).</summary>
    public float OverlapThreshold { get; init; } = 0.7f;

    /// <summary>Instance: how many best (query, class) pairs are considered (DETECTIONS_PER_IMAGE).</summary>
    public int MaxInstances { get; init; } = 100;

    /// <summary>Instance: instances scored below this are left out; 0 keeps all, as the reference does for its evaluation.</summary>
    public float InstanceMinScore { get; init; } = 0.25f;

    /// <summary>
    /// True where masks are resized to the output before they are weighed (the reference with PANOPTIC_ON or INSTANCE_ON), false where
    /// the weighed scores are resized. Only <see cref="OutputResolution.Frame"/> tells them apart. Panoptic and instance modes always do.
    /// </summary>
    public bool MasksBeforeScores { get; init; }

    /// <summary>Most threads to use, at least 1.</summary>
    public int Threads { get; init; } = 2;
}
