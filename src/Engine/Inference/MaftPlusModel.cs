using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Inference;

/// <summary>A MAFT+ (or OpenSeg-R) model: queries propose masks, and CLIP's features under each mask tell its class.</summary>
public sealed class MaftPlusModel : SegmentationNetwork
{
    private readonly MaftPlusSizes _sizes;

    /// <summary>Prepares an open model folder, which stays the caller's and is not needed after the last session was created.</summary>
    /// <exception cref="ModelException">The folder holds a model of another architecture.</exception>
    public MaftPlusModel(ModelFolder folder, SessionFactory sessions) : base(folder, sessions) =>
        _sizes = folder.Manifest.MaftPlus
            ?? throw new ModelException($"'{folder.Path}' holds a model of architecture '{folder.Manifest.Architecture}', '{ModelManifest.MaftPlusArchitecture}' is needed");

    /// <inheritdoc/>
    public override int Queries => _sizes.Queries;

    /// <inheritdoc/>
    public override SegmentorOutputs Outputs => SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses;

    /// <inheritdoc/>
    public override IReadOnlyList<string> DumpNames
    {
        get
        {
            var levels = Enumerable.Range(0, 3).Select(level => $"multi_scale.{level}");
            var layers = Enumerable.Range(0, _sizes.DecoderLayers)
                .SelectMany(layer => new[] { $"aux.{layer}.pred_logits", $"aux.{layer}.pred_masks", $"attn_mask.{layer}" });
            return
            [
                "input", "text_classifier_with_void", "stem", "res2", "res3", "res4", "res5", "clip_vis_dense", .. levels, "mask_features",
                .. layers, $"attn_mask.{_sizes.DecoderLayers}", "pred_masks", "pred_logits", "mask_for_pooling",
                "pooled_clip_feature_raw", "pooled_clip_feature", "img_feat", "cdt_out", "out_vocab_logits", "mask_cls",
            ];
        }
    }

    private protected override string TextPrefix => MaftPlusLayout.Clip;

    private protected override ClipSizes Sizes => _sizes;

    private protected override ModelProto Build(SegmentorGraphOptions options) => MaftPlusGraph.Build(_sizes, Weights, options);
}
