using System.Collections.Immutable;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Graph;

/// <summary>What a segmentor graph is generated for.</summary>
internal sealed record SegmentorGraphOptions
{
    /// <summary>Height and width of the image, multiples of 32; null for a graph that takes any such size.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>The outputs wanted; only what they need is computed.</summary>
    public required SegmentorOutputs Outputs { get; init; }

    /// <summary>Words stored in the graph instead of being inputs, for a graph that is handed to another runtime; null for inputs.</summary>
    public TextClassifier? Vocabulary { get; init; }

    /// <summary>The operators that it may be made of; standard ONNX alone by default.</summary>
    public GraphOperators Operators { get; init; }

    /// <summary>
    /// SED: classes that each pixel may keep alive in each decoder step (the reference's FAST_INFERENCE with TOPK); null to carry all
    /// classes to the end. Survivors get other scores than in the full computation, because attention runs across fewer classes.
    /// </summary>
    public int? TopClasses { get; init; }

    /// <summary>
    /// Names of intermediate tensors to add as outputs, in the reference's shapes. MAFT+: stem, res2 to res5, clip_vis_dense,
    /// multi_scale.I, mask_features, aux.I.pred_logits, aux.I.pred_masks, attn_mask.I, pred_masks, pred_logits, mask_for_pooling,
    /// pooled_clip_feature_raw, pooled_clip_feature, img_feat, cdt_out, out_vocab_logits, mask_cls, input, text_classifier_with_void.
    /// SED: clip.stem, clip.res2 to clip.res5, clip.clip_vis_dense, corr, corr_embed, guidance.I, corr_guidance.I, decoder1.cnext,
    /// decoder1.attention, decoder1.up, decoderI.out, mask_auxI, logits, and classes_outI with <see cref="TopClasses"/>.
    /// </summary>
    public ImmutableSortedSet<string> Dumps { get; init; } = [];

    /// <summary>MAFT+: true where dumps of class logits keep their axis of reasons, as the reference's do with reasoning.</summary>
    public bool DumpReasons { get; init; }
}
