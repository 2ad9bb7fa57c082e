namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>
/// The ConvNeXt image trunk of CLIP (Liu et al., "A ConvNet for the 2020s"; timm's ConvNeXt), channels last throughout: a block is
/// depthwise 7x7 -> LayerNorm -> Linear -> GELU -> Linear -> layer scale -> residual.
/// </summary>
internal static class ConvNextTrunk
{
    private const float Epsilon = 1e-6f;

    /// <summary>Stride of the stem.</summary>
    public const int StemStride = 4;

    /// <summary>Adds the trunk.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="image">[1, 3, height, width], normalised; both sides multiples of 32.</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    /// <param name="prefix">Name of the trunk in the weights, "backbone.clip_model.visual.trunk".</param>
    /// <param name="depths">Blocks of each stage.</param>
    /// <param name="widths">Channels of each stage.</param>
    /// <returns>The stem's output followed by the four stages' (strides 4, 4, 8, 16, 32).</returns>
    public static FeatureMap[] Add(
        GraphBuilder graph, Value image, Dim height, Dim width, string prefix,
        IReadOnlyList<int> depths, IReadOnlyList<int> widths)
    {
        using var trunk = graph.Scope("trunk");
        var maps = new FeatureMap[depths.Count + 1];
        var map = Stem(graph, image, height, width, prefix + ".stem", widths[0]);
        maps[0] = AsTokens(graph, map);
        for (var stage = 0; stage < depths.Count; stage++)
        {
            using var scope = graph.Scope($"stage{stage}");
            var name = $"{prefix}.stages.{stage}";
            if (graph.Weights.Contains(name + ".downsample.1.weight"))
            {
                map = Downsample(graph, map, name + ".downsample", widths[stage]);
            }

            for (var block = 0; block < depths[stage]; block++)
            {
                map = map with { Tokens = Block(graph, map, $"{name}.blocks.{block}") };
            }

            maps[stage + 1] = AsTokens(graph, map);
        }

        return maps;
    }

    // With this project's dense operators maps keep the shape [1, h, w, C] from the stem on, so that no node only changes shapes.
    private static FeatureMap AsTokens(GraphBuilder graph, FeatureMap map) =>
        graph.Operators.Dense ? map with { Tokens = graph.Reshape(map.Tokens, Dim.Infer, map.Channels) } : map;

    private static FeatureMap Stem(GraphBuilder graph, Value image, Dim height, Dim width, string name, int channels)
    {
        using var scope = graph.Scope("stem");
        var map = new FeatureMap(Value.None, graph.Divide(height, StemStride), graph.Divide(width, StemStride), channels);
        var (weight, bias) = (graph.Weight(name + ".0.weight"), graph.Weight(name + ".0.bias"));
        if (graph.Operators.Dense)
        {
            var norm = new PostNorm(name + ".1", Epsilon);
            return map with { Tokens = graph.ConvolveChannelsLast(image, weight, bias, StemStride, 0, channelsFirst: true, norm: norm) };
        }

        var pixels = graph.Transpose(graph.Convolve(image, weight, bias, StemStride, StemStride, 0), 0, 2, 3, 1);
        return map with { Tokens = graph.LayerNorm(graph.Reshape(pixels, Dim.Infer, channels), name + ".1", Epsilon) };
    }

    // LayerNorm, then a 2x2 convolution of stride 2.
    private static FeatureMap Downsample(GraphBuilder graph, FeatureMap map, string name, int channels)
    {
        using var scope = graph.Scope("downsample");
        var normalised = graph.LayerNorm(map.Tokens, name + ".0", Epsilon);
        var (weight, bias) = (graph.Weight(name + ".1.weight"), graph.Weight(name + ".1.bias"));
        var smaller = new FeatureMap(Value.None, graph.Divide(map.Height, 2), graph.Divide(map.Width, 2), channels);
        if (graph.Operators.Dense)
        {
            return smaller with { Tokens = graph.ConvolveChannelsLast(normalised, weight, bias, 2, 0, mayRound: true) };
        }

        // On tokens the convolution is a regrouping of pixels and one matrix product: [h*w, C] -> [h/2, 2, w/2, 2*C] ->
        // [h/2, w/2, 2, 2*C] -> [h/2 * w/2, 4*C], each row its pixels as (dy, dx, channel); the weight [out, in, dy, dx] in the same order.
        var split = graph.Reshape(normalised, smaller.Height, 2, smaller.Width, 2 * map.Channels);
        var patches = graph.Reshape(graph.Transpose(split, 0, 2, 1, 3), Dim.Infer, 4 * map.Channels);
        var matrix = graph.Reshape(graph.Transpose(weight, 0, 2, 3, 1), channels, 4 * map.Channels);
        return smaller with { Tokens = graph.GemmTransposed(patches, matrix, bias) };
    }

    private static Value Block(GraphBuilder graph, FeatureMap map, string name)
    {
        using var scope = graph.Scope(name[(name.LastIndexOf('.') + 1)..]);
        var gamma = graph.Weights.Contains(name + ".gamma") ? name + ".gamma" : null;
        return graph.Mlp(
            DepthwiseNorm(graph, map, name), name + ".mlp.fc1", name + ".mlp.fc2", Activation.Gelu, gamma, map.Tokens, mayRound: true);
    }

    private static Value DepthwiseNorm(GraphBuilder graph, FeatureMap map, string name)
    {
        var pixels = graph.Operators.Dense ? map.Tokens : graph.Reshape(map.Tokens, 1, map.Height, map.Width, map.Channels);
        var (weight, bias) = (graph.Weight(name + ".conv_dw.weight"), graph.Weight(name + ".conv_dw.bias"));
        if (graph.Operators.Depthwise)
        {
            var normalised = graph.CustomNode(
                "DepthwiseConv7x7LayerNorm",
                [pixels, weight, bias, graph.Weight(name + ".norm.weight"), graph.Weight(name + ".norm.bias")],
                ("epsilon", Epsilon));
            return graph.Operators.Dense ? normalised : graph.Reshape(normalised, Dim.Infer, map.Channels);
        }

        var convolved = graph.Convolve(graph.Transpose(pixels, 0, 3, 1, 2), weight, bias, 7, 1, 3, map.Channels);
        return graph.LayerNorm(graph.Reshape(graph.Transpose(convolved, 0, 2, 3, 1), Dim.Infer, map.Channels), name + ".norm", Epsilon);
    }
}
