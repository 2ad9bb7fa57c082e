using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph;

/// <summary>
/// CLIP's text tower as an ONNX graph (Radford et al., 2021; open_clip's TextTransformer): token and position embedding, pre-norm causal
/// transformer, final norm, the feature at the end-of-text token, projection.
/// </summary>
internal static class TextTowerGraph
{
    /// <summary>Input: int32 [N, L] token ids, L up to the model's context length.</summary>
    public const string TokenIds = "token_ids";

    /// <summary>Output: float32 [N, C] features, not normalised.</summary>
    public const string TextFeatures = "text_features";

    private const float Epsilon = 1e-5f;

    // Added to attention scores of later tokens; exp() of it is zero in every precision, and it fits half precision.
    private const float Blocked = -30000f;

    /// <summary>Generates the graph.</summary>
    /// <param name="weights">The weights file.</param>
    /// <param name="prefix">Start of the tower's tensor names, such as "backbone.clip_model.".</param>
    /// <param name="layers">Transformer layers.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="operators">The operators that it may be made of.</param>
    /// <exception cref="ModelException">A tensor is missing.</exception>
    public static ModelProto Build(WeightTable weights, string prefix, int layers, int heads, GraphOperators operators)
    {
        var graph = new GraphBuilder("clip-text", weights, operators);
        var ids = graph.Input(TokenIds, TensorProto.Types.DataType.Int32, "texts", "length");
        var (texts, length) = (graph.DimOf(ids, 0), graph.DimOf(ids, 1));
        var position = prefix + "positional_embedding";
        var (context, width) = (weights[position].Shape[0], weights[position].Shape[1]);

        // [N, L, W] -> [N*L, W]
        var zeros = graph.Vector(0, 0);
        var placed = graph.Add(
            graph.Gather(graph.Weight(prefix + "token_embedding.weight"), ids, 0),
            graph.Node("Slice", [graph.Weight(position), graph.Vector(0), graph.ToVector(length), graph.Vector(0)]));
        var tokens = graph.Reshape(placed, Dim.Infer, width);

        // A token sees itself and what is before it: [L, L].
        var mask = graph.Node("Slice", [CausalMask(graph, context), zeros, graph.ToVector(length, length), graph.Vector(0, 1)]);

        // The end-of-text token has the largest id; row n's is at n * L + its position.
        var end = graph.Node("ArgMax", [ids], ("axis", 1), ("keepdims", 0));
        var (total, step) = (graph.ToVector(graph.Multiply(texts, length)), graph.ToVector(length));
        var first = graph.Node("Range", [graph.Scalar(0L), graph.Squeeze(total, 0), graph.Squeeze(step, 0)]);
        var endRows = graph.Add(first, end);

        for (var i = 0; i < layers; i++)
        {
            using var layer = graph.Scope($"layer{i}");
            var name = $"{prefix}transformer.resblocks.{i}";
            var normalised = graph.LayerNorm(tokens, name + ".ln_1", Epsilon);
            tokens = SelfAttention(graph, name + ".attn", normalised, tokens, texts, length, width, heads, mask);

            // Behind the last attention only the end-of-text tokens matter.
            tokens = i == layers - 1 ? graph.Gather(tokens, endRows, 0) : tokens;
            var inner = graph.LayerNorm(tokens, name + ".ln_2", Epsilon);
            tokens = graph.Mlp(inner, name + ".mlp.c_fc", name + ".mlp.c_proj", Activation.Gelu, residual: tokens);
        }

        using var single = graph.SinglePrecision(); // one row a sentence, and cosines are taken of it

        // Applied as x * P, unlike every other matrix.
        var projection = prefix + "text_projection";
        var features = graph.MatMul(graph.LayerNorm(tokens, prefix + "ln_final", Epsilon), graph.Weight(projection));
        graph.Output(TextFeatures, features, TensorProto.Types.DataType.Float, "texts", weights[projection].Shape[1]);
        return graph.BuildModel();
    }

    private static Value SelfAttention(
        GraphBuilder graph, string name, Value tokens, Value residual, Dim texts, Dim length, int width, int heads, Value mask)
    {
        // Queries, keys and values in one product: [N*L, 3W] -> [3, N, M, L, D]
        var depth = width / heads;
        var joined = graph.Linear(tokens, graph.Weight(name + ".in_proj_weight"), graph.Weight(name + ".in_proj_bias"));
        var split = graph.Transpose(graph.Reshape(joined, texts, length, 3, heads, depth), 2, 0, 3, 1, 4);
        var query = graph.Mul(graph.Gather(split, graph.Scalar(0L), 0), graph.Scalar(1 / MathF.Sqrt(depth)));
        var key = graph.Gather(split, graph.Scalar(1L), 0);
        var value = graph.Gather(split, graph.Scalar(2L), 0);

        var scores = graph.MatMul(query, graph.Transpose(key, 0, 1, 3, 2));
        var heard = graph.MatMul(graph.Softmax(graph.Add(scores, mask)), value);
        return graph.Linear(graph.Reshape(graph.Transpose(heard, 0, 2, 1, 3), Dim.Infer, width), name + ".out_proj", residual: residual);
    }

    private static Value CausalMask(GraphBuilder graph, int context)
    {
        var mask = new float[context * context];
        for (var i = 0; i < mask.Length; i++)
        {
            mask[i] = i % context > i / context ? Blocked : 0f;
        }

        return graph.Constant(mask, context, context);
    }
}
