namespace OpenSegR.Realtime.Models;

/// <summary>Every size of a SED model.</summary>
public sealed record SedSizes : ClipSizes
{
    /// <summary>P, prompt templates that the correlation is made of (80).</summary>
    public required int Prompts { get; init; }

    /// <summary>Channels of the correlation embedding (the config's HIDDEN_DIMS).</summary>
    public required int HiddenDim { get; init; }

    /// <summary>Side of the convolution that embeds the correlation (7).</summary>
    public required int CorrelationKernel { get; init; }

    /// <summary>Output channels of the three decoder steps (the config's DECODER_DIMS), e.g. 64, 32, 16.</summary>
    public required IReadOnlyList<int> DecoderDims { get; init; }

    /// <summary>Channels of the image guidance, and of the correlation guidance, of the three steps (DECODER_GUIDANCE_PROJ_DIMS), e.g. 32, 16, 8.</summary>
    public required IReadOnlyList<int> GuidanceDims { get; init; }

    /// <summary>Side of the depthwise convolution of each step's ConvNeXt block (the config's KERNEL_SIZE), e.g. 9, 9, 9.</summary>
    public required IReadOnlyList<int> BlockKernels { get; init; }

    /// <summary>Attention heads across classes; not in the tensors (the config's NUM_HEADS, 4).</summary>
    public required int ClassAttentionHeads { get; init; }

    /// <summary>Side of the average pooling before attention across classes; not in the tensors. 2 in training, 1 in the reference's evaluation (POOLING_SIZES).</summary>
    public int ClassPooling { get; init; } = 1;

    /// <summary>Sides of the square that every picture is stretched to, in pixels; not in the tensors (768 in the reference).</summary>
    public int InputSide { get; init; } = 768;
}
