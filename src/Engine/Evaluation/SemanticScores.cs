namespace OpenSegR.Realtime.Evaluation;

/// <summary>Scores of semantic segmentation, as fractions; NaN where nothing could be scored.</summary>
/// <param name="MeanIoU">Mean of the classes' intersection over union, over the classes that are present in the truth.</param>
/// <param name="FrequencyWeightedIoU">The same, weighed by each class's share of the true pixels.</param>
/// <param name="MeanAccuracy">Mean over the present classes of the share of their pixels that were found.</param>
/// <param name="PixelAccuracy">Share of all labelled pixels that were right.</param>
/// <param name="IoU">[n] for each class, NaN where it is not present.</param>
/// <param name="Accuracy">[n] for each class, NaN where it is not present.</param>
public sealed record SemanticScores(
    double MeanIoU, double FrequencyWeightedIoU, double MeanAccuracy, double PixelAccuracy, double[] IoU, double[] Accuracy);
