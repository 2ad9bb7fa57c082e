namespace OpenSegR.Realtime.Models;

/// <summary>What the sizes of a model must satisfy, whether they come from tensors or from a manifest.</summary>
internal static class SizeRules
{
    private const int Stages = 4;
    private const int MaxSize = 1 << 20;
    private const int MaxLayers = 256;

    /// <summary>Checks the sizes of a model, of whichever architecture it is.</summary>
    /// <param name="maftPlus">Sizes of a MAFT+ model, or null.</param>
    /// <param name="sed">Sizes of a SED model, or null.</param>
    /// <param name="path">File name for messages.</param>
    /// <exception cref="ModelException">A size is out of range or does not divide as it must.</exception>
    public static void Check(MaftPlusSizes? maftPlus, SedSizes? sed, string path)
    {
        if (maftPlus is not null)
        {
            Check(maftPlus, path);
        }

        if (sed is not null)
        {
            Check(sed, path);
        }
    }

    private static void Check(MaftPlusSizes sizes, string path)
    {
        Clip(sizes, path);
        Layers(path, "pixelDecoderLayers", sizes.PixelDecoderLayers);
        Layers(path, "decoderLayers", sizes.DecoderLayers);
        Range(path, "pixelDecoderPoints", sizes.PixelDecoderPoints);
        Range(path, "pixelDecoderFeedForward", sizes.PixelDecoderFeedForward);
        Range(path, "maskDim", sizes.MaskDim);
        Range(path, "decoderFeedForward", sizes.DecoderFeedForward);
        Range(path, "queries", sizes.Queries);
        Divides(path, "pixelDecoderHeads", sizes.PixelDecoderHeads, "pixelDecoderWidth", sizes.PixelDecoderWidth);
        Divides(path, "decoderHeads", sizes.DecoderHeads, "decoderWidth", sizes.DecoderWidth);
        Divides(path, "transferHeads", sizes.TransferHeads, "embedDim", sizes.EmbedDim);
        if (sizes.PixelDecoderWidth % 32 != 0)
        {
            throw Bad(path, $"pixelDecoderWidth is {sizes.PixelDecoderWidth}, a multiple of 32 (its group norm's groups) is needed");
        }

        if (!sizes.DecoderInputProjection && sizes.DecoderWidth != sizes.PixelDecoderWidth)
        {
            throw Bad(path, $"decoderWidth is {sizes.DecoderWidth} and pixelDecoderWidth {sizes.PixelDecoderWidth}, but there is no input projection between them");
        }
    }

    private static void Check(SedSizes sizes, string path)
    {
        Clip(sizes, path);
        Range(path, "prompts", sizes.Prompts);
        Range(path, "hiddenDim", sizes.HiddenDim);
        Odd(path, "correlationKernel", sizes.CorrelationKernel);
        if (sizes.ClassPooling is < 1 or > 8)
        {
            throw Bad(path, $"classPooling is {sizes.ClassPooling}, 1 to 8 is possible");
        }

        if (sizes.InputSide is < 32 or > 4096 || sizes.InputSide % 32 != 0)
        {
            throw Bad(path, $"inputSide is {sizes.InputSide}, a multiple of 32 up to 4096 is needed");
        }

        if (sizes.DecoderDims.Count != 3 || sizes.GuidanceDims.Count != 3 || sizes.BlockKernels.Count != 3)
        {
            throw Bad(path, "decoderDims, guidanceDims and blockKernels must have three numbers each");
        }

        var input = sizes.HiddenDim;
        for (var step = 0; step < 3; step++)
        {
            Divides(path, "classAttentionHeads", sizes.ClassAttentionHeads, "a decoder width", input);
            Range(path, "decoderDims", sizes.DecoderDims[step]);
            Range(path, "guidanceDims", sizes.GuidanceDims[step]);
            Odd(path, "blockKernels", sizes.BlockKernels[step]);
            if (sizes.GuidanceDims[step] >= input)
            {
                throw Bad(path, $"a guidance width of {sizes.GuidanceDims[step]} leaves nothing of a decoder width of {input}");
            }

            input = sizes.DecoderDims[step];
            if (input % 16 != 0)
            {
                throw Bad(path, $"a decoder width is {input}, a multiple of 16 (its group norm's group size) is needed");
            }
        }
    }

    private static void Clip(ClipSizes sizes, string path)
    {
        if (sizes.TrunkDepths.Count != Stages || sizes.TrunkWidths.Count != Stages)
        {
            throw Bad(path, $"trunkDepths and trunkWidths must have {Stages} numbers each");
        }

        for (var stage = 0; stage < Stages; stage++)
        {
            Layers(path, "trunkDepths", sizes.TrunkDepths[stage]);
            Range(path, "trunkWidths", sizes.TrunkWidths[stage]);
        }

        Range(path, "headHidden", sizes.HeadHidden ?? 1);
        Range(path, "embedDim", sizes.EmbedDim);
        Layers(path, "textLayers", sizes.TextLayers);
        Range(path, "textVocabulary", sizes.TextVocabulary);
        Range(path, "textContext", sizes.TextContext);
        Divides(path, "textHeads", sizes.TextHeads, "textWidth", sizes.TextWidth);
    }

    private static void Layers(string path, string name, int value)
    {
        if (value is < 1 or > MaxLayers)
        {
            throw Bad(path, $"{name} is {value}, 1 to {MaxLayers} is possible");
        }
    }

    private static void Range(string path, string name, int value)
    {
        if (value is < 1 or > MaxSize)
        {
            throw Bad(path, $"{name} is {value}, 1 to {MaxSize} is possible");
        }
    }

    private static void Odd(string path, string name, int value)
    {
        if (value is < 1 or > 63 || value % 2 == 0)
        {
            throw Bad(path, $"{name} is {value}, an odd number up to 63 is needed");
        }
    }

    private static void Divides(string path, string headsName, int heads, string widthName, int width)
    {
        Range(path, widthName, width);
        Range(path, headsName, heads);
        if (width % heads != 0)
        {
            throw Bad(path, $"{headsName} is {heads}, which does not divide {widthName} ({width})");
        }
    }

    private static ModelException Bad(string path, string problem) => new($"'{path}' describes no usable model: {problem}");
}
