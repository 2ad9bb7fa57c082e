using System.Collections.Immutable;

namespace OpenSegR.Realtime.Graph.Sed;

/// <summary>What a SED segmentor graph is generated for.</summary>
internal sealed record SedGraphOptions
{
    /// <summary>Height and width of the image, multiples of 32 (768 in the reference); null for a graph that takes any such size.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>The operators that it may be made of; standard ONNX alone by default.</summary>
    public GraphOperators Operators { get; init; }

    /// <summary>Side of the average pooling before attention across classes: 2 in training, 1 in the reference's evaluation script.</summary>
    public int Pooling { get; init; } = 1;

    /// <summary>
    /// Classes that each pixel may keep alive in each decoder step (the reference's FAST_INFERENCE with TOPK); null to carry all classes to
    /// the end. Survivors get other scores than in the full computation, because attention runs across fewer classes.
    /// </summary>
    public int? TopClasses { get; init; }

    /// <summary>
    /// Names of intermediate tensors to add as outputs, in the reference's shapes: clip.stem, clip.res2 to clip.res5, clip.clip_vis_dense,
    /// corr, corr_embed, guidance.I, corr_guidance.I, decoder1.cnext, decoder1.attention, decoder1.up, decoderI.out, mask_auxI, logits,
    /// and classes_outI with <see cref="TopClasses"/>.
    /// </summary>
    public ImmutableSortedSet<string> Dumps { get; init; } = [];
}
