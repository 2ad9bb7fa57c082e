using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// The tensors of SED, as its detectron2 meta-architecture names them: CLIP in sem_seg_head.predictor.clip_model, the gradual fusion
/// decoder in sem_seg_head.predictor.transformer (CNEXT_TYPE V1, no text guidance, as in both published configurations).
/// </summary>
internal static class SedLayout
{
    /// <summary>What stands before the names of the CLIP model.</summary>
    public const string Clip = "sem_seg_head.predictor.clip_model.";

    private const string Fusion = "sem_seg_head.predictor.transformer.";
    private const int Steps = 3;

    /// <summary>Reads every size off the tensors; head counts are not in them.</summary>
    /// <exception cref="ModelException">A tensor that tells a size is missing.</exception>
    public static SedSizes Read(ShapeReader shapes, int? textHeads)
    {
        var clip = ClipLayout.Read(shapes, Clip, textHeads);
        var steps = Enumerable.Range(1, Steps).ToArray();
        return new SedSizes
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
            Prompts = shapes.Side(Fusion + "conv1.weight", 1, 4),
            HiddenDim = shapes.Side(Fusion + "conv1.weight", 0, 4),
            CorrelationKernel = shapes.Side(Fusion + "conv1.weight", 2, 4),
            DecoderDims = [.. steps.Select(step => shapes.Side($"{Fusion}decoder{step}.conv.double_conv.0.weight", 0, 4))],
            GuidanceDims = [.. steps.Select(step => shapes.Side($"{Fusion}decoder_guidance_projection.{step - 1}.0.weight", 0, 4))],
            BlockKernels = [.. steps.Select(step => shapes.Side($"{Fusion}decoder{step}.cnext.dwconv.weight", 2, 4))],
            ClassAttentionHeads = 4,
        };
    }

    /// <summary>Lists the tensors of a model of these sizes.</summary>
    public static TensorLayout Create(SedSizes sizes)
    {
        var layout = new TensorLayout();
        ClipLayout.Add(layout, Clip, sizes);
        layout.AddWithBias(Fusion + "conv1", sizes.HiddenDim, sizes.Prompts, sizes.CorrelationKernel, sizes.CorrelationKernel);
        int input = sizes.HiddenDim, correlation = sizes.Prompts;
        for (var step = 0; step < Steps; step++)
        {
            var guidance = sizes.GuidanceDims[step];
            layout.AddWithBias($"{Fusion}decoder_guidance_projection.{step}.0", guidance, sizes.TrunkWidths[2 - step], 3, 3);
            AddTransposed(layout, $"{Fusion}decoder_corr_guidance_projection.{step}.0", correlation, guidance);
            AddStep(layout, $"{Fusion}decoder{step + 1}.", input, guidance, sizes.DecoderDims[step], sizes.BlockKernels[step]);
            layout.AddWithBias($"{Fusion}head{step}", 1, input, 3, 3);
            (input, correlation) = (sizes.DecoderDims[step], guidance);
        }

        layout.AddWithBias(Fusion + "head", 1, input, 3, 3);
        return layout;
    }

    private static void AddStep(TensorLayout layout, string prefix, int input, int guidance, int output, int kernel)
    {
        AddTransposed(layout, prefix + "up", input, input - guidance);
        layout.Add(prefix + "conv.double_conv.0.weight", output, input + guidance, 3, 3);
        layout.AddNorm(prefix + "conv.double_conv.1", output);
        layout.Add(prefix + "conv.double_conv.3.weight", output, output, 3, 3);
        layout.AddNorm(prefix + "conv.double_conv.4", output);

        layout.Add(prefix + "cnext.gamma", input);
        layout.AddWithBias(prefix + "cnext.dwconv", input, 1, kernel, kernel);
        layout.AddNorm(prefix + "cnext.norm", input);
        layout.AddWithBias(prefix + "cnext.pwconv1", 4 * input, input);
        layout.AddWithBias(prefix + "cnext.pwconv2", input, 4 * input);

        foreach (var part in (string[])["q", "k", "v"])
        {
            layout.AddWithBias($"{prefix}attention.attention.{part}", input, input);
        }

        layout.AddWithBias(prefix + "attention.MLP.0", 4 * input, input);
        layout.AddWithBias(prefix + "attention.MLP.2", input, 4 * input);
        layout.AddNorm(prefix + "attention.norm1", input);
        layout.AddNorm(prefix + "attention.norm2", input);
    }

    /// <summary>A transposed convolution of side 2, whose weight is [in, out, 2, 2].</summary>
    private static void AddTransposed(TensorLayout layout, string prefix, int input, int output)
    {
        layout.Add(prefix + ".weight", input, output, 2, 2);
        layout.Add(prefix + ".bias", output);
    }
}
