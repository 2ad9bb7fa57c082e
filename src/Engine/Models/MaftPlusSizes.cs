namespace OpenSegR.Realtime.Models;

/// <summary>Every size of a MAFT+ model; all but the head counts and the transfer's variant are read off the tensor shapes.</summary>
public sealed record MaftPlusSizes : ClipSizes
{
    /// <summary>Channels of the pixel decoder.</summary>
    public required int PixelDecoderWidth { get; init; }

    /// <summary>Deformable-attention layers of the pixel decoder.</summary>
    public required int PixelDecoderLayers { get; init; }

    /// <summary>Attention heads of the pixel decoder; not in the tensors (8 in the reference).</summary>
    public required int PixelDecoderHeads { get; init; }

    /// <summary>Sampling points per head and level.</summary>
    public required int PixelDecoderPoints { get; init; }

    /// <summary>Hidden width of the pixel decoder's feed-forward layers.</summary>
    public required int PixelDecoderFeedForward { get; init; }

    /// <summary>Channels of the mask features.</summary>
    public required int MaskDim { get; init; }

    /// <summary>Channels of the mask decoder.</summary>
    public required int DecoderWidth { get; init; }

    /// <summary>Layers of the mask decoder (the reference's DEC_LAYERS minus one).</summary>
    public required int DecoderLayers { get; init; }

    /// <summary>Attention heads of the mask decoder; not in the tensors (8 in the reference).</summary>
    public required int DecoderHeads { get; init; }

    /// <summary>Hidden width of the mask decoder's feed-forward layers.</summary>
    public required int DecoderFeedForward { get; init; }

    /// <summary>True where the mask decoder projects its inputs (widths differ or ENFORCE_INPUT_PROJ).</summary>
    public required bool DecoderInputProjection { get; init; }

    /// <summary>Q, number of queries.</summary>
    public required int Queries { get; init; }

    /// <summary>Attention heads of the content-dependent transfer; not in the tensors (8 in the reference).</summary>
    public required int TransferHeads { get; init; }

    /// <summary>
    /// The reference's PANOPTIC_ON: the transfer's residual is text + norm(MLP(attention)) instead of norm(text + MLP(attention)), and
    /// masks are brought to the output size before scores are summed. Not in the tensors.
    /// </summary>
    public required bool Panoptic { get; init; }

    /// <summary>
    /// How a mask is classified that is above zero at no pixel of the coarsest features: false (the reference) by a vector of zeros, which is
    /// chance; true by the features weighted with how much of each pixel it covers. Not in the tensors.
    /// </summary>
    public bool PoolsSmallMasks { get; init; }
}
