namespace OpenSegR.Realtime.Models;

/// <summary>Sizes of the CLIP model inside a segmentor: open_clip with a timm ConvNeXt as image tower (convnext_base_w, convnext_large_d).</summary>
public record ClipSizes
{
    /// <summary>Blocks of each of the four ConvNeXt stages, e.g. 3, 3, 27, 3 (base).</summary>
    public required IReadOnlyList<int> TrunkDepths { get; init; }

    /// <summary>Channels of each of the four ConvNeXt stages, e.g. 128, 256, 512, 1024 (base).</summary>
    public required IReadOnlyList<int> TrunkWidths { get; init; }

    /// <summary>Hidden width of the CLIP head's mlp, or null where the head is one linear projection.</summary>
    public int? HeadHidden { get; init; }

    /// <summary>C, width of the joint image and text embedding.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Width of the text tower.</summary>
    public required int TextWidth { get; init; }

    /// <summary>Layers of the text tower.</summary>
    public required int TextLayers { get; init; }

    /// <summary>Attention heads of the text tower; not in the tensors (CLIP's rule: width / 64, at least 2).</summary>
    public required int TextHeads { get; init; }

    /// <summary>Tokens that the text tower knows, 49408 for CLIP.</summary>
    public required int TextVocabulary { get; init; }

    /// <summary>Longest token sequence, 77 for CLIP.</summary>
    public required int TextContext { get; init; }
}
