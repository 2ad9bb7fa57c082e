namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>Norms.</summary>
internal static class NormLayers
{
    /// <summary>Groups of every group norm of the reference.</summary>
    private const int NormGroups = 32;

    /// <summary>LayerNorm over the last axis.</summary>
    public static Value LayerNorm(this GraphBuilder graph, Value value, string name, float epsilon)
    {
        Value[] inputs = [value, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")];
        return graph.Operators.Dense
            ? graph.CustomNode("LayerNorm", inputs, ("epsilon", epsilon))
            : graph.Node("LayerNormalization", inputs, ("axis", -1), ("epsilon", epsilon));
    }

    /// <summary>GroupNorm with 32 groups, channels last, one of this project's own operators: [..., C] -> [..., C].</summary>
    public static Value GroupNormChannelsLast(
        this GraphBuilder graph, Value value, string name, float epsilon, Activation activation = Activation.None) => graph.CustomNode(
        "GroupNorm",
        [value, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")],
        ("groups", NormGroups),
        ("activation", DenseLayers.NameOf(activation)),
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

    /// <summary>x / max(|x|, 1e-12) over the last axis, as torch's F.normalize.</summary>
    public static Value Normalize(this GraphBuilder graph, Value value)
    {
        using var single = graph.SinglePrecision(); // sums of squares; half precision ends at 65504 and has no 1e-12
        var length = graph.Node("ReduceL2", [value, graph.Vector(-1)], ("keepdims", 1));
        return graph.Div(value, graph.Node("Max", [length, graph.Scalar(1e-12f)]));
    }
}
