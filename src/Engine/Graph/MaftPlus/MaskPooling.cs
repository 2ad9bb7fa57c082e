using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// The mean of features over each query's mask, where mask logits are above zero (reference: class MaskPooling in
/// fcclip_transformer_decoder.py). An empty mask gives zero.
/// </summary>
internal static class MaskPooling
{
    /// <summary>Adds the pooling.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="maskLogits">[Q, n].</param>
    /// <param name="features">Channels first, [C, n].</param>
    /// <returns>The means [Q, C], and count / (count + 1e-8) [Q, 1]: one, or zero for an empty mask.</returns>
    public static (Value Means, Value Filled) Add(GraphBuilder graph, Value maskLogits, Value features)
    {
        using var scope = graph.Scope("pooling");
        using var single = graph.SinglePrecision(); // counts and sums over all pixels of a mask; half precision has no 1e-8
        var inside = graph.Cast(graph.Node("Greater", [maskLogits, graph.Scalar(0f)]), TensorProto.Types.DataType.Float);
        var count = graph.ReduceSum(inside, 1, keepAxis: true);
        var divisor = graph.Add(count, graph.Scalar(1e-8f));
        return (graph.Div(graph.GemmTransposed(inside, features), divisor), graph.Div(count, divisor));
    }
}
