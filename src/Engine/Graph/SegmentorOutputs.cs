namespace OpenSegR.Realtime.Graph;

/// <summary>Outputs that a segmentor graph can compute. Q queries, T classes in play, R reasons, h x w a quarter of the image's height and width.</summary>
[Flags]
public enum SegmentorOutputs
{
    /// <summary>Nothing but dumps.</summary>
    None = 0,

    /// <summary>"mask_logits": float32 [Q, h, w], before the sigmoid.</summary>
    MaskLogits = 1,

    /// <summary>
    /// "mask_classes": float32 [Q, R, T+1], the reference's mask_cls: log(p + 1e-8), void last. Panoptic and instance inference start here.
    /// </summary>
    MaskClasses = 2,

    /// <summary>
    /// "class_scores": float32 [Q, T], mask_classes softmaxed over classes and void, void dropped, averaged over reasons. Semantic scores are
    /// the sum over queries of these times the sigmoid of the mask logits.
    /// </summary>
    ClassScores = 4,

    /// <summary>"semantic_scores": float32 [T, h, w], that sum at stride 4; of SED its own scores, 0 to 1.</summary>
    SemanticScores = 8,

    /// <summary>"labels": uint16 [h, w], the class in play with the highest semantic score.</summary>
    Labels = 16,
}
