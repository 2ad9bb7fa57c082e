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
    /// <param name="query">[Q, C].</param>
    /// <param name="key">[T, C].</param>
    /// <param name="value">[T, C].</param>
    /// <param name="heads">M, number of heads; divides C.</param>
    /// <param name="residual">[Q, C].</param>
    /// <param name="norm">The layer norm behind it.</param>
    /// <param name="mask">
    /// What queries do not see, or null: with this project's operators mask logits [T, Q], a key below zero being hidden from a query that
    /// sees any; otherwise what is added to the scores before the softmax, [Q, T].
    /// </param>
    public static Value Add(
        GraphBuilder graph, string name, PlacedTokens query, PlacedTokens key, Value value, int heads, Value residual, PostNorm norm, Value? mask = null) =>
        graph.Linear(AddWithoutOutput(graph, name, query, key, value, heads, mask), name + ".out_proj", residual: residual, norm: norm);

    /// <summary>The same without output projection, residual and norm.</summary>
    public static Value AddWithoutOutput(
        GraphBuilder graph, string name, PlacedTokens query, PlacedTokens key, Value value, int heads, Value? mask = null)
    {
        var width = graph.Weights[name + ".in_proj_weight"].Shape[1];
        if (graph.Operators.Dense)
        {
            var projected = new[] { query, key, new PlacedTokens(value, null) }.Select((input, third) => graph.Linear(
                input.Tokens, Rows(graph, name, third, width), BiasRows(graph, name, third, width), positions: input.Positions));
            return graph.CustomNode("MaskedAttention", mask is { } logits ? [.. projected, logits] : [.. projected], ("num_heads", heads));
        }

        var depth = width / heads;

        // Queries [Q, C] -> [M, Q, D], scaled; keys and values channels first, [C, T] -> [M, D, T], which needs no transpose.
        var q = graph.Linear(query.Sum(graph), Rows(graph, name, 0, width), BiasRows(graph, name, 0, width));
        var scaled = graph.Mul(q, graph.Scalar(1 / MathF.Sqrt(depth)));
        var queries = graph.Transpose(graph.Reshape(scaled, Dim.Infer, heads, depth), 1, 0, 2);
        var keys = ChannelsFirst(graph, name, 1, key.Sum(graph), width, heads, depth);
        var values = ChannelsFirst(graph, name, 2, value, width, heads, depth);

        var scores = graph.MatMul(queries, keys);
        var weights = graph.Softmax(mask is { } added ? graph.Add(scores, added) : scores);

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
