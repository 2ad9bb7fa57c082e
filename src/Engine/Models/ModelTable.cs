using System.Globalization;

namespace OpenSegR.Realtime.Models;

/// <summary>The facts of a model as rows for people to read.</summary>
public static class ModelTable
{
    /// <summary>Rows of what and how much, the same for an imported and an opened model.</summary>
    public static IReadOnlyList<(string Name, string Value)> Rows(ModelManifest manifest)
    {
        List<(string, string)> rows = [("architecture", manifest.Architecture)];
        if (manifest.MaftPlus is { } maftPlus)
        {
            Clip(rows, maftPlus.TrunkDepths, maftPlus.TrunkWidths, maftPlus.HeadHidden, maftPlus.EmbedDim);
            Text(rows, maftPlus.TextLayers, maftPlus.TextWidth, maftPlus.TextHeads, maftPlus.TextVocabulary, maftPlus.TextContext);
            Add(rows, "pixel decoder",
                $"{maftPlus.PixelDecoderLayers} layers, width {maftPlus.PixelDecoderWidth}, {maftPlus.PixelDecoderHeads} heads, {maftPlus.PixelDecoderPoints} points, feed-forward {maftPlus.PixelDecoderFeedForward}, mask features {maftPlus.MaskDim}");
            Add(rows, "mask decoder",
                $"{maftPlus.DecoderLayers} layers, width {maftPlus.DecoderWidth}, {maftPlus.DecoderHeads} heads, feed-forward {maftPlus.DecoderFeedForward}, {maftPlus.Queries} queries{(maftPlus.DecoderInputProjection ? ", projected input" : "")}");
            Add(rows, "content transfer", $"{maftPlus.TransferHeads} heads, {(maftPlus.Panoptic ? "panoptic" : "semantic")} variant");
        }

        if (manifest.Sed is { } sed)
        {
            Clip(rows, sed.TrunkDepths, sed.TrunkWidths, sed.HeadHidden, sed.EmbedDim);
            Text(rows, sed.TextLayers, sed.TextWidth, sed.TextHeads, sed.TextVocabulary, sed.TextContext);
            Add(rows, "correlation", $"{sed.Prompts} prompts, embedded to {sed.HiddenDim} by {sed.CorrelationKernel}x{sed.CorrelationKernel}");
            Add(rows, "fusion decoder",
                $"widths {string.Join(", ", sed.DecoderDims)}, guidance {string.Join(", ", sed.GuidanceDims)}, blocks of side {string.Join(", ", sed.BlockKernels)}, {sed.ClassAttentionHeads} class heads, pooled by {sed.ClassPooling}");
        }

        var stretched = manifest.Sed is { InputSide: var side } ? $", then {side}x{side}" : "";
        Add(rows, "input", $"shorter side {manifest.ShortSide}, longer at most {manifest.MaxSide}{stretched}");
        Add(rows, "templates", $"{manifest.Templates}");
        Add(rows, "weights", $"{manifest.Files[manifest.WeightsFile].Bytes / 1e6:0.0} MB");
        return rows;
    }

    private static void Clip(List<(string, string)> rows, IReadOnlyList<int> depths, IReadOnlyList<int> widths, int? headHidden, int embedDim)
    {
        Add(rows, "trunk", $"ConvNeXt, depths {string.Join(", ", depths)}, widths {string.Join(", ", widths)}");
        Add(rows, "image head", headHidden is { } hidden ? (FormattableString)$"mlp {widths[^1]} to {hidden} to {embedDim}" : $"linear {widths[^1]} to {embedDim}");
    }

    private static void Text(List<(string, string)> rows, int layers, int width, int heads, int vocabulary, int context) =>
        Add(rows, "text tower", $"{layers} layers, width {width}, {heads} heads, {vocabulary} tokens, context {context}");

    private static void Add(List<(string, string)> rows, string name, FormattableString value) => rows.Add((name, value.ToString(CultureInfo.InvariantCulture)));
}
