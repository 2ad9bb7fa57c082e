using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// The tensors of an open_clip model with a timm ConvNeXt as image tower (open_clip 2.16, convnext_base_w and convnext_large_d): both
/// towers, the image head as one linear layer or an mlp, no biases on the last projections.
/// </summary>
internal static class ClipLayout
{
    private const int Stages = 4;
    private const int StemKernel = 4;
    private const int BlockKernel = 7;
    private const int Expansion = 4;

    /// <summary>Width of one text head in every published CLIP.</summary>
    private const int TextHeadWidth = 64;

    /// <summary>Reads the sizes.</summary>
    /// <param name="shapes">The checkpoint's tensors.</param>
    /// <param name="prefix">What stands before the model's own names, with the dot.</param>
    /// <param name="textHeads">Attention heads of the text tower, which are not in the tensors; null for CLIP's rule.</param>
    /// <exception cref="ModelException">A tensor that tells a size is missing.</exception>
    public static ClipSizes Read(ShapeReader shapes, string prefix, int? textHeads)
    {
        var trunk = prefix + "visual.trunk.";
        var depths = new int[Stages];
        var widths = new int[Stages];
        for (var stage = 0; stage < Stages; stage++)
        {
            depths[stage] = shapes.Count($"{trunk}stages.{stage}.blocks.");
            widths[stage] = shapes.Side(stage == 0 ? trunk + "stem.0.weight" : $"{trunk}stages.{stage}.downsample.1.weight", 0, 4);
        }

        var hidden = prefix + "visual.head.mlp.fc1.weight";
        var textWidth = shapes.Side(prefix + "positional_embedding", 1, 2);
        return new ClipSizes
        {
            TrunkDepths = depths,
            TrunkWidths = widths,
            HeadHidden = shapes.Has(hidden) ? shapes.Side(hidden, 0, 2) : null,
            EmbedDim = shapes.Side(prefix + "text_projection", 1, 2),
            TextWidth = textWidth,
            TextLayers = shapes.Count(prefix + "transformer.resblocks."),
            // CLIP's rule, with at least two heads, for very small models.
            TextHeads = textHeads ?? Math.Max(2, textWidth / TextHeadWidth),
            TextVocabulary = shapes.Side(prefix + "token_embedding.weight", 0, 2),
            TextContext = shapes.Side(prefix + "positional_embedding", 0, 2),
        };
    }

    /// <summary>Lists the tensors of a model of these sizes.</summary>
    public static void Add(TensorLayout layout, string prefix, ClipSizes sizes)
    {
        AddTrunk(layout, prefix + "visual.trunk.", sizes);
        var width = sizes.TrunkWidths[^1];
        if (sizes.HeadHidden is { } hidden)
        {
            layout.AddWithBias(prefix + "visual.head.mlp.fc1", hidden, width);
            layout.Add(prefix + "visual.head.mlp.fc2.weight", sizes.EmbedDim, hidden);
        }
        else
        {
            layout.Add(prefix + "visual.head.proj.weight", sizes.EmbedDim, width);
        }

        AddText(layout, prefix, sizes);
        layout.Add(prefix + "logit_scale");
    }

    private static void AddTrunk(TensorLayout layout, string prefix, ClipSizes sizes)
    {
        layout.AddWithBias(prefix + "stem.0", sizes.TrunkWidths[0], 3, StemKernel, StemKernel);
        layout.AddNorm(prefix + "stem.1", sizes.TrunkWidths[0]);
        for (var stage = 0; stage < Stages; stage++)
        {
            var width = sizes.TrunkWidths[stage];
            if (stage > 0)
            {
                layout.AddNorm($"{prefix}stages.{stage}.downsample.0", sizes.TrunkWidths[stage - 1]);
                layout.AddWithBias($"{prefix}stages.{stage}.downsample.1", width, sizes.TrunkWidths[stage - 1], 2, 2);
            }

            for (var block = 0; block < sizes.TrunkDepths[stage]; block++)
            {
                var name = $"{prefix}stages.{stage}.blocks.{block}";
                layout.Add(name + ".gamma", width);
                layout.AddWithBias(name + ".conv_dw", width, 1, BlockKernel, BlockKernel);
                layout.AddNorm(name + ".norm", width);
                layout.AddWithBias(name + ".mlp.fc1", Expansion * width, width);
                layout.AddWithBias(name + ".mlp.fc2", width, Expansion * width);
            }
        }

        layout.AddNorm(prefix + "head.norm", sizes.TrunkWidths[^1]);
    }

    private static void AddText(TensorLayout layout, string prefix, ClipSizes sizes)
    {
        var width = sizes.TextWidth;
        layout.Add(prefix + "positional_embedding", sizes.TextContext, width);
        layout.Add(prefix + "token_embedding.weight", sizes.TextVocabulary, width);
        for (var layer = 0; layer < sizes.TextLayers; layer++)
        {
            var name = $"{prefix}transformer.resblocks.{layer}";
            layout.AddNorm(name + ".ln_1", width);
            layout.AddAttention(name + ".attn", width);
            layout.AddNorm(name + ".ln_2", width);
            layout.AddWithBias(name + ".mlp.c_fc", Expansion * width, width);
            layout.AddWithBias(name + ".mlp.c_proj", width, Expansion * width);
        }

        layout.AddNorm(prefix + "ln_final", width);
        layout.Add(prefix + "text_projection", width, sizes.EmbedDim);
    }
}
