using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// The tensors of a MAFT+ segmentor, as its detectron2 meta-architecture names them (MAFT-Plus and OpenSeg-R share them):
/// CLIP in backbone.clip_model, pixel decoder and mask decoder in sem_seg_head, content-dependent transfer in cdt.
/// </summary>
internal static class MaftPlusLayout
{
    /// <summary>What stands before the names of the CLIP model.</summary>
    public const string Clip = "backbone.clip_model.";

    private const string Pixel = "sem_seg_head.pixel_decoder.";
    private const string Encoder = Pixel + "transformer.encoder.layers.";
    private const string Decoder = "sem_seg_head.predictor.";
    private const int Levels = 3;

    /// <summary>Reads every size off the tensors; heads and the transfer's variant are not in them and come from the arguments.</summary>
    /// <exception cref="ModelException">A tensor that tells a size is missing.</exception>
    public static MaftPlusSizes Read(ShapeReader shapes, int? textHeads, bool panoptic)
    {
        const int Heads = 8;
        var clip = ClipLayout.Read(shapes, Clip, textHeads);
        return new MaftPlusSizes
        {
            TrunkDepths = clip.TrunkDepths,
            TrunkWidths = clip.TrunkWidths,
            HeadHidden = clip.HeadHidden,
            EmbedDim = clip.EmbedDim,
            TextWidth = clip.TextWidth,
            TextLayers = clip.TextLayers,
            TextHeads = clip.TextHeads,
            TextVocabulary = clip.TextVocabulary,
            TextContext = clip.TextContext,
            PixelDecoderWidth = shapes.Side(Pixel + "transformer.level_embed", 1, 2),
            PixelDecoderLayers = shapes.Count(Encoder),
            PixelDecoderHeads = Heads,
            PixelDecoderPoints = Math.Max(1, shapes.Side(Encoder + "0.self_attn.attention_weights.bias", 0, 1) / (Heads * Levels)),
            PixelDecoderFeedForward = shapes.Side(Encoder + "0.linear1.weight", 0, 2),
            MaskDim = shapes.Side(Pixel + "mask_features.weight", 0, 4),
            DecoderWidth = shapes.Side(Decoder + "query_feat.weight", 1, 2),
            DecoderLayers = shapes.Count(Decoder + "transformer_cross_attention_layers."),
            DecoderHeads = Heads,
            DecoderFeedForward = shapes.Side(Decoder + "transformer_ffn_layers.0.linear1.weight", 0, 2),
            DecoderInputProjection = shapes.Has(Decoder + "input_proj.0.weight"),
            Queries = shapes.Side(Decoder + "query_feat.weight", 0, 2),
            TransferHeads = Heads,
            Panoptic = panoptic,
        };
    }

    /// <summary>Lists the tensors of a model of these sizes.</summary>
    public static TensorLayout Create(MaftPlusSizes sizes)
    {
        var layout = new TensorLayout();
        ClipLayout.Add(layout, Clip, sizes);
        AddPixelDecoder(layout, sizes);
        AddDecoder(layout, sizes);
        layout.Add("void_embedding.weight", 1, sizes.EmbedDim);
        layout.AddAttention("cdt.cross_atten.multihead_attn", sizes.EmbedDim);
        layout.AddNorm("cdt.cross_atten.norm", sizes.EmbedDim);
        layout.AddWithBias("cdt.cross_atten.MLP", sizes.EmbedDim, sizes.EmbedDim);
        return layout;
    }

    private static void AddPixelDecoder(TensorLayout layout, MaftPlusSizes sizes)
    {
        var width = sizes.PixelDecoderWidth;
        for (var level = 0; level < Levels; level++)
        {
            // Coarse first: level 0 is the trunk's last stage.
            layout.AddWithBias($"{Pixel}input_proj.{level}.0", width, sizes.TrunkWidths[3 - level], 1, 1);
            layout.AddNorm($"{Pixel}input_proj.{level}.1", width);
        }

        layout.Add(Pixel + "transformer.level_embed", Levels, width);
        var samples = sizes.PixelDecoderHeads * Levels * sizes.PixelDecoderPoints;
        for (var layer = 0; layer < sizes.PixelDecoderLayers; layer++)
        {
            var name = Encoder + layer;
            layout.AddWithBias(name + ".self_attn.sampling_offsets", samples * 2, width);
            layout.AddWithBias(name + ".self_attn.attention_weights", samples, width);
            layout.AddWithBias(name + ".self_attn.value_proj", width, width);
            layout.AddWithBias(name + ".self_attn.output_proj", width, width);
            layout.AddNorm(name + ".norm1", width);
            layout.AddWithBias(name + ".linear1", sizes.PixelDecoderFeedForward, width);
            layout.AddWithBias(name + ".linear2", width, sizes.PixelDecoderFeedForward);
            layout.AddNorm(name + ".norm2", width);
        }

        layout.AddWithBias(Pixel + "mask_features", sizes.MaskDim, width, 1, 1);
        // Convolutions with a norm have no bias.
        layout.Add(Pixel + "adapter_1.weight", width, sizes.TrunkWidths[0], 1, 1);
        layout.AddNorm(Pixel + "adapter_1.norm", width);
        layout.Add(Pixel + "layer_1.weight", width, width, 3, 3);
        layout.AddNorm(Pixel + "layer_1.norm", width);
    }

    private static void AddDecoder(TensorLayout layout, MaftPlusSizes sizes)
    {
        var width = sizes.DecoderWidth;
        if (sizes.DecoderInputProjection)
        {
            for (var level = 0; level < Levels; level++)
            {
                layout.AddWithBias($"{Decoder}input_proj.{level}", width, sizes.PixelDecoderWidth, 1, 1);
            }
        }

        for (var layer = 0; layer < sizes.DecoderLayers; layer++)
        {
            layout.AddAttention($"{Decoder}transformer_self_attention_layers.{layer}.self_attn", width);
            layout.AddNorm($"{Decoder}transformer_self_attention_layers.{layer}.norm", width);
            layout.AddAttention($"{Decoder}transformer_cross_attention_layers.{layer}.multihead_attn", width);
            layout.AddNorm($"{Decoder}transformer_cross_attention_layers.{layer}.norm", width);
            layout.AddWithBias($"{Decoder}transformer_ffn_layers.{layer}.linear1", sizes.DecoderFeedForward, width);
            layout.AddWithBias($"{Decoder}transformer_ffn_layers.{layer}.linear2", width, sizes.DecoderFeedForward);
            layout.AddNorm($"{Decoder}transformer_ffn_layers.{layer}.norm", width);
        }

        layout.AddNorm(Decoder + "decoder_norm", width);
        layout.Add(Decoder + "query_feat.weight", sizes.Queries, width);
        layout.Add(Decoder + "query_embed.weight", sizes.Queries, width);
        layout.Add(Decoder + "level_embed.weight", Levels, width);
        layout.AddPerceptron(Decoder + "mask_embed", width, width, sizes.MaskDim);
        layout.AddNorm(Decoder + "_mask_pooling_proj.0", width);
        layout.AddWithBias(Decoder + "_mask_pooling_proj.1", width, width);
        layout.AddPerceptron(Decoder + "class_embed", width, width, sizes.EmbedDim);
        layout.Add(Decoder + "logit_scale");
    }
}
