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
    /// <param name="customOperators">True to use DepthwiseConv7x7LayerNorm for the head of each block.</param>
    /// <returns>The stem's output followed by the four stages' (strides 4, 4, 8, 16, 32).</returns>
    public static FeatureMap[] Add(
        GraphBuilder graph, Value image, Dim height, Dim width, string prefix,
        IReadOnlyList<int> depths, IReadOnlyList<int> widths, bool customOperators)
    {
        using var trunk = graph.Scope("trunk");
        var maps = new FeatureMap[depths.Count + 1];
        var map = maps[0] = Stem(graph, image, height, width, prefix + ".stem", widths[0]);
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
                map = map with { Tokens = Block(graph, map, $"{name}.blocks.{block}", customOperators) };
            }

            maps[stage + 1] = map;
        }

        return maps;
    }

    private static FeatureMap Stem(GraphBuilder graph, Value image, Dim height, Dim width, string name, int channels)
    {
        using var scope = graph.Scope("stem");
        var (rows, columns) = (graph.Divide(height, StemStride), graph.Divide(width, StemStride));
        var patches = graph.Node(
            "Conv",
            [image, graph.Weight(name + ".0.weight"), graph.Weight(name + ".0.bias")],
            ("kernel_shape", new long[] { StemStride, StemStride }),
            ("strides", new long[] { StemStride, StemStride }));
        var tokens = graph.Reshape(graph.Transpose(patches, 0, 2, 3, 1), Dim.Infer, channels);
        return new FeatureMap(graph.LayerNorm(tokens, name + ".1", Epsilon), rows, columns, channels);
    }

    // LayerNorm, then a 2x2 convolution of stride 2, which on tokens is a regrouping of pixels and one matrix product.
    private static FeatureMap Downsample(GraphBuilder graph, FeatureMap map, string name, int channels)
    {
        using var scope = graph.Scope("downsample");
        var normalised = graph.LayerNorm(map.Tokens, name + ".0", Epsilon);
        var (rows, columns) = (graph.Divide(map.Height, 2), graph.Divide(map.Width, 2));

        // [h*w, C] -> [h/2, 2, w/2, 2*C] -> [h/2, w/2, 2, 2*C] -> [h/2 * w/2, 4*C]: each row holds its pixels as (dy, dx, channel).
        var split = graph.Reshape(normalised, rows, 2, columns, 2 * map.Channels);
        var patches = graph.Reshape(graph.Transpose(split, 0, 2, 1, 3), Dim.Infer, 4 * map.Channels);

        // The weight [out, in, dy, dx] in the same order; done once, when the graph is loaded.
        var weight = graph.Transpose(graph.Weight(name + ".1.weight"), 0, 2, 3, 1);
        var tokens = graph.GemmTransposed(patches, graph.Reshape(weight, channels, 4 * map.Channels), graph.Weight(name + ".1.bias"));
        return new FeatureMap(tokens, rows, columns, channels);
    }

    private static Value Block(GraphBuilder graph, FeatureMap map, string name, bool customOperators)
    {
        using var scope = graph.Scope(name[(name.LastIndexOf('.') + 1)..]);
        var normalised = customOperators ? FusedDepthwiseNorm(graph, map, name) : DepthwiseNorm(graph, map, name);
        var hidden = graph.Gelu(graph.Linear(normalised, name + ".mlp.fc1"));
        return graph.Add(map.Tokens, ScaledLinear(graph, hidden, name));
    }

    private static Value DepthwiseNorm(GraphBuilder graph, FeatureMap map, string name)
    {
        var pixels = graph.Reshape(map.Tokens, 1, map.Height, map.Width, map.Channels);
        var convolved = graph.Node(
            "Conv",
            [graph.Transpose(pixels, 0, 3, 1, 2), graph.Weight(name + ".conv_dw.weight"), graph.Weight(name + ".conv_dw.bias")],
            ("group", map.Channels),
            ("kernel_shape", new long[] { 7, 7 }),
            ("pads", new long[] { 3, 3, 3, 3 }));
        var tokens = graph.Reshape(graph.Transpose(convolved, 0, 2, 3, 1), Dim.Infer, map.Channels);
        return graph.LayerNorm(tokens, name + ".norm", Epsilon);
    }

    private static Value FusedDepthwiseNorm(GraphBuilder graph, FeatureMap map, string name)
    {
        var normalised = graph.CustomNode(
            "DepthwiseConv7x7LayerNorm",
            [
                graph.Reshape(map.Tokens, 1, map.Height, map.Width, map.Channels),
                graph.Weight(name + ".conv_dw.weight"), graph.Weight(name + ".conv_dw.bias"),
                graph.Weight(name + ".norm.weight"), graph.Weight(name + ".norm.bias"),
            ],
            ("epsilon", Epsilon));
        return graph.Reshape(normalised, Dim.Infer, map.Channels);
    }

    // Layer scale (gamma) multiplies the rows of the second matrix, once, when the graph is loaded.
    private static Value ScaledLinear(GraphBuilder graph, Value hidden, string name)
    {
        if (!graph.Weights.Contains(name + ".gamma"))
        {
            return graph.Linear(hidden, name + ".mlp.fc2");
        }

        var gamma = graph.Weight(name + ".gamma");
        var weight = graph.Mul(graph.Weight(name + ".mlp.fc2.weight"), graph.Unsqueeze(gamma, 1));
        return graph.GemmTransposed(hidden, weight, graph.Mul(graph.Weight(name + ".mlp.fc2.bias"), gamma));
    }
}
