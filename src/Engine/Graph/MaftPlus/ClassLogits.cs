using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// Scaled cosine products of queries with text rows, maximum over synonyms, void last (reference: get_classification_logits and
/// get_classification_logits_reason in fcclip_transformer_decoder.py; which rows compete is up to <see cref="TextRows.Groups"/>).
/// </summary>
internal static class ClassLogits
{
    // The reference limits both logit scales to this.
    private const float MaxScale = 100;

    /// <summary>Adds the classification.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="features">[Q, C], not normalised.</param>
    /// <param name="text">The words; their rows are used as they are.</param>
    /// <param name="scaleName">Name of the logit scale (its logarithm) in the weights.</param>
    /// <returns>[Q, R, T+1].</returns>
    public static Value Add(GraphBuilder graph, Value features, TextRows text, string scaleName)
    {
        using var scope = graph.Scope("class_logits");
        using var single = graph.SinglePrecision(); // cosines times up to 100: what decides between classes that are close
        var scale = graph.Node("Min", [graph.Node("Exp", [graph.Weight(scaleName)]), graph.Scalar(MaxScale)]);
        var products = graph.GemmTransposed(graph.Mul(graph.Normalize(features), scale), text.Rows);

        // [Q, K+1] -> [Q, R, T, S] -> [Q, R, T]; void is repeated for every reason.
        var classes = graph.ReduceMax(graph.Gather(products, text.Groups, 1), 3, keepAxis: false);
        var none = graph.Unsqueeze(graph.Slice(products, -1, long.MaxValue, 1), 2);
        return graph.Concat(2, classes, graph.Node("Expand", [none, graph.ToVector(1, text.Reasons, 1)]));
    }

    /// <summary>Offers class logits [Q, R, T+1] in the reference's shape: [1, Q, R, T+1], or [1, Q, T+1] without reasoning.</summary>
    public static void Dump(GraphBuilder graph, GraphDumps dumps, string name, Func<Value> make, int queries, bool reasoning)
    {
        if (reasoning)
        {
            dumps.Add(
                name, () => graph.Unsqueeze(make(), 0), TensorProto.Types.DataType.Float, 1, queries, name + ".reasons", name + ".classes");
        }
        else
        {
            dumps.Add(
                name, () => graph.Transpose(make(), 1, 0, 2), TensorProto.Types.DataType.Float, 1, queries, name + ".classes");
        }
    }
}
