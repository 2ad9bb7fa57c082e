namespace OpenSegR.Realtime.Import;

/// <summary>Sizes of an open_clip ConvNeXt model, as they can be read off its tensors.</summary>
internal sealed record ClipSizes(
    int[] TrunkDepths, int[] TrunkWidths, int? HeadHidden, int EmbedDim, int TextWidth, int TextLayers, int TextVocabulary, int TextContext)
{
    /// <summary>Width of one text head in every published CLIP.</summary>
    private const int TextHeadWidth = 64;

    /// <summary>CLIP's rule, with at least two heads, for very small models.</summary>
    public int DefaultTextHeads => Math.Max(2, TextWidth / TextHeadWidth);
}
