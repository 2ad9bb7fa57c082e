namespace OpenSegR.Realtime.Segmentation;

/// <summary>Which of the three outputs is asked for.</summary>
public enum SegmentationMode
{
    /// <summary>One class for every pixel.</summary>
    Semantic,

    /// <summary>Every pixel belongs to at most one segment: each thing its own, stuff one a class.</summary>
    Panoptic,

    /// <summary>Scored masks of things; they may overlap, and the map shows the best-scored one.</summary>
    Instance,
}
