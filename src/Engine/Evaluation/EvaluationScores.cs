namespace OpenSegR.Realtime.Evaluation;

/// <summary>All scores of an evaluation, as fractions; NaN where nothing of the kind was scored.</summary>
public sealed record EvaluationScores
{
    /// <summary>Pictures scored.</summary>
    public required int Frames { get; init; }

    /// <summary>Further pictures that were compared over time only.</summary>
    public required int ConsistencyFrames { get; init; }

    /// <summary>Semantic scores over all pictures.</summary>
    public required SemanticScores Semantic { get; init; }

    /// <summary>Mean IoU over the thing classes that are present.</summary>
    public required double ThingsIoU { get; init; }

    /// <summary>Mean IoU over the stuff classes that are present.</summary>
    public required double StuffIoU { get; init; }

    /// <summary>Panoptic quality over all classes.</summary>
    public required PanopticScores Panoptic { get; init; }

    /// <summary>Panoptic quality over the things.</summary>
    public required PanopticScores PanopticThings { get; init; }

    /// <summary>Panoptic quality over the stuff.</summary>
    public required PanopticScores PanopticStuff { get; init; }

    /// <summary>Average precision of instances over IoU limits 0.50 to 0.95.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>Average precision of instances at the IoU limit 0.50.</summary>
    public required double AveragePrecision50 { get; init; }

    /// <summary>Share of static pixels whose class changes from one frame to the next.</summary>
    public required double Flicker { get; init; }

    /// <summary>Static pixels that <see cref="Flicker"/> was measured on.</summary>
    public required long StaticPixels { get; init; }

    /// <summary>Mean IoU of predictions carried along the movement.</summary>
    public required double MotionIoU { get; init; }

    /// <summary>Scores of each class, in the order of the vocabulary.</summary>
    public required IReadOnlyList<ClassResult> Classes { get; init; }

    /// <summary>Scores of each picture, in the order in which they were read.</summary>
    public required IReadOnlyList<PictureScore> Pictures { get; init; }

    /// <summary>Pictures that could not be scored.</summary>
    public required IReadOnlyList<SkippedPicture> Skipped { get; init; }
}
