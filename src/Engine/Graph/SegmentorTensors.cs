namespace OpenSegR.Realtime.Graph;

/// <summary>Names of the inputs and outputs of segmentor graphs.</summary>
public static class SegmentorTensors
{
    /// <summary>Input: float32 [1, 3, H, W], RGB, normalised by the model's mean and deviation, zero where it is padding.</summary>
    public const string Image = "image";

    /// <summary>Input: float32 [K, C], unit text rows without the void row.</summary>
    public const string TextClassifier = "text_classifier";

    /// <summary>Input of SED instead of the other two: float32 [T, P, C], unit rows, one for each class and prompt template.</summary>
    public const string TextFeatures = "text_features";

    /// <summary>Input: int64 [R, T, S], rows that compete by maximum; shorter groups repeat one of their rows.</summary>
    public const string Groups = "groups";

    /// <summary>Output, see <see cref="SegmentorOutputs.MaskLogits"/>.</summary>
    public const string MaskLogits = "mask_logits";

    /// <summary>Output, see <see cref="SegmentorOutputs.MaskClasses"/>.</summary>
    public const string MaskClasses = "mask_classes";

    /// <summary>Output, see <see cref="SegmentorOutputs.ClassScores"/>.</summary>
    public const string ClassScores = "class_scores";

    /// <summary>Output, see <see cref="SegmentorOutputs.SemanticScores"/>.</summary>
    public const string SemanticScores = "semantic_scores";

    /// <summary>Output, see <see cref="SegmentorOutputs.Labels"/>.</summary>
    public const string Labels = "labels";
}
