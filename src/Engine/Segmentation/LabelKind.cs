namespace OpenSegR.Realtime.Segmentation;

/// <summary>What the values of a label map mean.</summary>
public enum LabelKind
{
    /// <summary>A value is the index of a class in the vocabulary (semantic mode).</summary>
    Class,

    /// <summary>A value v is the segment <c>Segments[v]</c> of the same result (panoptic and instance modes).</summary>
    Segment,
}
