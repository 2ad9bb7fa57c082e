namespace OpenSegR.Realtime.Evaluation;

/// <summary>Scores of one class as fractions, NaN where the class gives none.</summary>
/// <param name="Name">The class.</param>
/// <param name="IsThing">True for things, false for stuff.</param>
/// <param name="TruePixelShare">Its share of the labelled pixels.</param>
/// <param name="IoU">Intersection over union.</param>
/// <param name="Accuracy">Share of its pixels that were found.</param>
/// <param name="Panoptic">Its matched segments; null where no panoptic prediction was scored.</param>
/// <param name="AveragePrecision">AP of its objects.</param>
public sealed record ClassResult(
    string Name, bool IsThing, double TruePixelShare, double IoU, double Accuracy, PanopticClassScore? Panoptic, double AveragePrecision);
