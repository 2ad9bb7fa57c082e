namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>The absolute tolerances that golden/maftplus/README.md gives.</summary>
internal static class GoldenTolerance
{
    public static double Of(string tensor) => tensor switch
    {
        "input" => 1e-6,
        "text_features" => 5e-5,
        _ when tensor.StartsWith("text_classifier", StringComparison.Ordinal) => 5e-6,
        "stem" or "res2" or "res3" or "res4" or "res5" or "clip_vis_dense" or "img_feat" => 5e-5,
        "mask_features" or "multi_scale.0" or "multi_scale.1" or "multi_scale.2" => 1e-4,
        "pred_masks" or "mask_for_pooling" => 5e-4,
        _ when tensor.EndsWith(".pred_masks", StringComparison.Ordinal) => 5e-4,
        _ when tensor.EndsWith("pred_logits", StringComparison.Ordinal) => 1e-4,
        _ when tensor.StartsWith("attn_mask.", StringComparison.Ordinal) => 0,
        "pooled_clip_feature" or "pooled_clip_feature_raw" => 5e-5,
        "cdt_out" => 5e-6,
        "out_vocab_logits" or "mask_cls" => 3e-4,
        _ => throw new ArgumentException($"no tolerance is known for '{tensor}'", nameof(tensor)),
    };
}
