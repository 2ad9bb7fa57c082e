namespace OpenSegR.Realtime.Evaluation;

/// <summary>Matches of one class over any number of pictures.</summary>
public sealed class PanopticClassScore
{
    /// <summary>Sum of the matches' intersection over union.</summary>
    public double IoUSum { get; internal set; }

    /// <summary>Matched segments.</summary>
    public int TruePositives { get; internal set; }

    /// <summary>Predicted segments that match nothing.</summary>
    public int FalsePositives { get; internal set; }

    /// <summary>True segments that nothing matches.</summary>
    public int FalseNegatives { get; internal set; }

    /// <summary>True where the class occurred at all, in truth or prediction; only such classes are averaged.</summary>
    public bool IsCounted => TruePositives + FalsePositives + FalseNegatives > 0;

    /// <summary>Panoptic quality, 0 to 1.</summary>
    public double PanopticQuality => IsCounted ? IoUSum / Weight : 0;

    /// <summary>Segmentation quality: mean intersection over union of the matches, 0 to 1.</summary>
    public double SegmentationQuality => TruePositives > 0 ? IoUSum / TruePositives : 0;

    /// <summary>Recognition quality: the F1 score of the matches, 0 to 1.</summary>
    public double RecognitionQuality => IsCounted ? TruePositives / Weight : 0;

    private double Weight => TruePositives + (FalsePositives / 2.0) + (FalseNegatives / 2.0);
}
