namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>
/// nn.MultiheadAttention. Its three input projections are stored as one matrix in_proj_weight [3C, C]; query, key and value take a third
/// of its rows each, straight from the file.
/// </summary>
internal static class Attention
{
    /// <summary>Adds an attention layer with its output projection, residual and norm: queries [Q, C] -> norm(residual + attention) [Q, C].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">Name of the layer in the weights, with in_proj_weight, in_proj_bias and out_proj.</param>
    /// <param name="query">[Q, C], positions added where the reference adds them.</param>
    /// <param name="key">[T, C], likewise.</param>
    /// <param name="value">[T, C].</param>
    /// <param name="heads">M, number of heads; divides C.</param>
    /// <param name="residual">[Q, C].</param>
    /// <param name="norm">The layer norm behind it.</param>
    /// <param name="bias">Added to the scores before the softmax, [Q, T]; or null.</param>
    public static Value Add(
        GraphBuilder graph, string name, Value query, Value key, Value value, int heads, Value residual, PostNorm norm, Value? bias = null) =>
        graph.Linear(AddWithoutOutput(graph, name, query, key, value, heads, bias), name + ".out_proj", residual: residual, norm: norm);

    /// <summary>The same without output projection, residual and norm.</summary>
    public static Value AddWithoutOutput(GraphBuilder graph, string name, Value query, Value key, Value value, int heads, Value? bias = null)
    {
        var width = graph.Weights[name + ".in_proj_weight"].Shape[1];
        var depth = width / heads;

        // Queries [Q, C] -> [M, Q, D], scaled; keys and values channels first, [C, T] -> [M, D, T], which needs no transpose.
        var q = graph.Linear(query, Rows(graph, name, 0, width), BiasRows(graph, name, 0, width));
        var scaled = graph.Mul(q, graph.Scalar(1 / MathF.Sqrt(depth)));
        var queries = graph.Transpose(graph.Reshape(scaled, Dim.Infer, heads, depth), 1, 0, 2);
        var keys = ChannelsFirst(graph, name, 1, key, width, heads, depth);
        var values = ChannelsFirst(graph, name, 2, value, width, heads, depth);

        var scores = graph.MatMul(queries, keys);
        var weights = graph.Softmax(bias is { } added ? graph.Add(scores, added) : scores);

        // [M, Q, T] x [M, T, D] -> [M, Q, D] -> [Q, C]
        var heard = graph.MatMul(weights, graph.Transpose(values, 0, 2, 1));
        return graph.Reshape(graph.Transpose(heard, 1, 0, 2), Dim.Infer, width);
    }

    private static Value ChannelsFirst(GraphBuilder graph, string name, int third, Value tokens, int width, int heads, int depth)
    {
        var bias = graph.Unsqueeze(BiasRows(graph, name, third, width), 1);
        return graph.Reshape(graph.GemmTransposed(Rows(graph, name, third, width), tokens, bias), heads, depth, Dim.Infer);
    }

    private static Value Rows(GraphBuilder graph, string name, int third, int width) =>
        graph.Weight(name + ".in_proj_weight", third * width, width);

    private static Value BiasRows(GraphBuilder graph, string name, int third, int width) =>
        graph.Weight(name + ".in_proj_bias", third * width, width);
}
