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
    /// <param name="features">[n, C] with <paramref name="channelsLast"/>, otherwise [C, n].</param>
    /// <param name="channelsLast">How the features lie.</param>
    /// <returns>The means [Q, C], and count / (count + 1e-8) [Q, 1]: one, or zero for an empty mask.</returns>
    public static (Value Means, Value Filled) Add(GraphBuilder graph, Value maskLogits, Value features, bool channelsLast = false)
    {
        using var scope = graph.Scope("pooling");
        using var single = graph.SinglePrecision(); // counts and sums over all pixels of a mask; half precision has no 1e-8
        return Mean(graph, Positive(graph, maskLogits), features, channelsLast);
    }

    /// <summary>
    /// Adds a pooling of coarse features that serves small masks too: a mask that is above zero at no coarse pixel is pooled by how much of
    /// each one it covers (<see cref="Models.MaftPlusSizes.PoolsSmallMasks"/>); all others as by <see cref="Add"/>.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="coarse">Mask logits at the features' size [Q, n].</param>
    /// <param name="fine">Mask logits at <paramref name="scale"/> times the features' size [Q, h*w].</param>
    /// <param name="size">Q, h and w.</param>
    /// <param name="scale">Fine pixels along a side of a coarse one.</param>
    /// <param name="features">Channels first, [C, n].</param>
    /// <returns>The means [Q, C]; zero where a mask is above zero nowhere.</returns>
    public static Value AddWithSmall(
        GraphBuilder graph, Value coarse, Value fine, (Dim Queries, Dim Height, Dim Width) size, long scale, Value features)
    {
        using var scope = graph.Scope("pooling");
        using var single = graph.SinglePrecision();
        var covered = graph.AveragePool(graph.Reshape(Positive(graph, fine), 1, size.Queries, size.Height, size.Width), scale);
        var inside = Positive(graph, coarse);
        var any = graph.Node("Greater", [graph.ReduceMax(inside, 1, keepAxis: true), graph.Scalar(0f)]);
        var weights = graph.Node("Where", [any, inside, graph.Reshape(covered, size.Queries, Dim.Infer)]);
        return Mean(graph, weights, features, channelsLast: false).Means;
    }

    private static Value Positive(GraphBuilder graph, Value logits) =>
        graph.Cast(graph.Node("Greater", [logits, graph.Scalar(0f)]), TensorProto.Types.DataType.Float);

    // Sums by weight [Q, n] over the sum of the weights.
    private static (Value Means, Value Filled) Mean(GraphBuilder graph, Value weights, Value features, bool channelsLast)
    {
        var total = graph.ReduceSum(weights, 1, keepAxis: true);
        var divisor = graph.Add(total, graph.Scalar(1e-8f));
        var sums = channelsLast ? graph.MatMul(weights, features) : graph.GemmTransposed(weights, features);
        return (graph.Div(sums, divisor), graph.Div(total, divisor));
    }
}
