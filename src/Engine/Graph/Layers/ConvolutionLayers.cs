namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>Two-dimensional convolutions with square kernels.</summary>
internal static class ConvolutionLayers
{
    /// <summary>A convolution with channels first: [1, C, H, W] -> [1, C_out, H', W'].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="pixels">[1, C, H, W].</param>
    /// <param name="weight">[C_out, C / groups, kernel, kernel].</param>
    /// <param name="bias">[C_out], or null.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Both ways.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="groups">Groups of channels.</param>
    public static Value Convolve(
        this GraphBuilder graph, Value pixels, Value weight, Value? bias, int kernel, int stride, int padding, int groups = 1) => graph.Node(
        "Conv",
        bias is { } shift ? [pixels, weight, shift] : [pixels, weight],
        ("group", groups),
        ("kernel_shape", new long[] { kernel, kernel }),
        ("strides", new long[] { stride, stride }),
        ("pads", new long[] { padding, padding, padding, padding }));

    /// <summary>A dense convolution with channels last, one of this project's own operators: [1, H, W, C] -> [1, H', W', C_out].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="pixels">[1, H, W, C], or [1, C, H, W] with <paramref name="channelsFirst"/>.</param>
    /// <param name="weight">[C_out, C, kernel, kernel], computed from weights alone.</param>
    /// <param name="bias">[C_out], likewise, or null.</param>
    /// <param name="stride">Both ways.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="mayRound">True where the product may have the graph's precision, false where it must be single.</param>
    /// <param name="channelsFirst">True where the input has channels first, as images come.</param>
    /// <param name="norm">Layer norm at the end.</param>
    public static Value ConvolveChannelsLast(
        this GraphBuilder graph, Value pixels, Value weight, Value? bias, int stride, int padding, bool mayRound = false,
        bool channelsFirst = false, PostNorm? norm = null) => graph.CustomNode(
        "Conv2dChannelsLast",
        [pixels, weight, bias ?? Value.None, .. graph.NormInputs(norm)],
        ("stride", stride),
        ("pads", new long[] { padding, padding, padding, padding }),
        ("channels_first", channelsFirst ? 1 : 0),
        ("epsilon", norm?.Epsilon ?? 0f),
        ("activation", "none"),
        ("precision", graph.PrecisionName(mayRound)));
}
