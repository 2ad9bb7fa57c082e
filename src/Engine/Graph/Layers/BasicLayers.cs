namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>Layers with weights, named as PyTorch names them: a layer called p has the tensors p.weight and p.bias.</summary>
internal static class BasicLayers
{
    /// <summary>Groups of every group norm of the reference.</summary>
    private const int NormGroups = 32;

    /// <summary>nn.Linear on tokens: [T, C_in] -> [T, C_out]. The bias is used where the weights have one.</summary>
    public static Value Linear(this GraphBuilder graph, Value tokens, string name) =>
        graph.GemmTransposed(tokens, graph.MatrixWeight(name + ".weight"), graph.OptionalWeight(name + ".bias"));

    /// <summary>
    /// nn.Linear, or a 1x1 convolution, with channels coming out first: [T, C_in] -> [C_out, T]. It is the same product with the operands
    /// swapped, so it costs no transpose.
    /// </summary>
    public static Value LinearChannelsFirst(this GraphBuilder graph, Value tokens, string name)
    {
        var bias = graph.OptionalWeight(name + ".bias");
        return graph.GemmTransposed(graph.MatrixWeight(name + ".weight"), tokens, bias is { } b ? graph.Unsqueeze(b, 1) : null);
    }

    /// <summary>LayerNorm over the last axis.</summary>
    public static Value LayerNorm(this GraphBuilder graph, Value value, string name, float epsilon) => graph.Node(
        "LayerNormalization",
        [value, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")],
        ("axis", -1),
        ("epsilon", epsilon));

    /// <summary>GroupNorm with 32 groups on [C, T], channels first.</summary>
    public static Value GroupNorm(this GraphBuilder graph, Value value, string name, int channels, float epsilon)
    {
        // Every group is one "instance": [C, T] -> [1, 32, C/32 * T], normalised, -> [C, T].
        var grouped = graph.Reshape(value, 1, NormGroups, Dim.Infer);
        var ones = new float[NormGroups];
        Array.Fill(ones, 1f);
        var normalised = graph.Node(
            "InstanceNormalization",
            [grouped, graph.Constant(ones, NormGroups), graph.Constant(new float[NormGroups], NormGroups)],
            ("epsilon", epsilon));
        var channelsFirst = graph.Reshape(normalised, channels, Dim.Infer);
        var scaled = graph.Mul(channelsFirst, graph.Unsqueeze(graph.Weight(name + ".weight"), 1));
        return graph.Add(scaled, graph.Unsqueeze(graph.Weight(name + ".bias"), 1));
    }

    /// <summary>
    /// A weight as the matrix [C_out, C_in]: linear layers store it so, 1x1 convolutions as [C_out, C_in, 1, 1].
    /// </summary>
    public static Value MatrixWeight(this GraphBuilder graph, string name)
    {
        var shape = graph.Weights[name].Shape;
        var weight = graph.Weight(name);
        return shape.Count switch
        {
            2 => weight,
            4 when shape[2] == 1 && shape[3] == 1 => graph.Reshape(weight, shape[0], shape[1]),
            _ => throw new ModelException(
                $"{graph.Weights.FileName}: tensor '{name}' has shape {graph.Weights[name].ShapeText}, a matrix or 1x1 convolution is needed"),
        };
    }

    /// <summary>x / max(|x|, 1e-12) over the last axis, as torch's F.normalize.</summary>
    public static Value Normalize(this GraphBuilder graph, Value value)
    {
        var length = graph.Node("ReduceL2", [value, graph.Vector(-1)], ("keepdims", 1));
        return graph.Div(value, graph.Node("Max", [length, graph.Scalar(1e-12f)]));
    }

    private static Value? OptionalWeight(this GraphBuilder graph, string name) =>
        graph.Weights.Contains(name) ? graph.Weight(name) : null;
}
