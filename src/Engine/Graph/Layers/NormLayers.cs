using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

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
        var normalised = graph.InstanceNorm(grouped, NormGroups, epsilon);
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

    /// <summary>Zero mean and unit variance over the last axis: [N, C, T] -> the same.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">[N, C, T].</param>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Value InstanceNorm(this GraphBuilder graph, Value value, int channels, float epsilon)
    {
        if (graph.Operators.HalfType == DataType.Bfloat16)
        {
            // In small steps: of the operator set that bfloat16 needs ONNX Runtime 1.29's CUDA provider has no InstanceNormalization.
            using var single = graph.SinglePrecision(); // means over all pixels of a map
            var centred = graph.Sub(value, graph.ReduceMean(value, -1, keepAxis: true));
            var variance = graph.ReduceMean(graph.Mul(centred, centred), -1, keepAxis: true);
            return graph.Div(centred, graph.Node("Sqrt", [graph.Add(variance, graph.Scalar(epsilon))]));
        }

        var ones = new float[channels];
        Array.Fill(ones, 1f);
        return graph.Node(
            "InstanceNormalization",
            [value, graph.Constant(ones, channels), graph.Constant(new float[channels], channels)],
            ("epsilon", epsilon));
    }
}
