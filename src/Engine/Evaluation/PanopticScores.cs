namespace OpenSegR.Realtime.Evaluation;

/// <summary>Means over a set of classes, as fractions; NaN where the set is empty.</summary>
/// <param name="Quality">PQ.</param>
/// <param name="SegmentationQuality">SQ.</param>
/// <param name="RecognitionQuality">RQ.</param>
/// <param name="ClassCount">Number of classes averaged.</param>
public readonly record struct PanopticScores(double Quality, double SegmentationQuality, double RecognitionQuality, int ClassCount);
