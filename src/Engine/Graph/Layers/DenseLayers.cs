namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>
/// Linear layers, alone and in pairs, with what usually follows them: activation, residual, layer norm. With this project's operators each
/// is one node (Linear, Mlp), otherwise Gemm and its companions. Layers are named as PyTorch names them: p has p.weight and p.bias.
/// </summary>
internal static class DenseLayers
{
    /// <summary>nn.Linear on tokens, [..., C_in] -> [..., C_out]: norm(residual + activation(x W^T + b)), each part optional but the product.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tokens">[T, C_in].</param>
    /// <param name="name">Name of the layer; the bias is used where the weights have one.</param>
    /// <param name="activation">What follows the product.</param>
    /// <param name="residual">[T, C_out], added after that.</param>
    /// <param name="norm">Layer norm at the end.</param>
    /// <param name="mayRound">True where the product may have the graph's precision, false where it must be single.</param>
    /// <param name="positions">[T, C_in], added to the tokens first.</param>
    public static Value Linear(
        this GraphBuilder graph, Value tokens, string name, Activation activation = Activation.None, Value? residual = null,
        PostNorm? norm = null, bool mayRound = false, Value? positions = null) => graph.Linear(
        tokens, graph.MatrixWeight(name + ".weight"), graph.OptionalWeight(name + ".bias"), activation, residual, norm, mayRound, positions);

    /// <summary>The same with weight [C_out, C_in] and bias [C_out] as values; they must be computed from weights alone.</summary>
    public static Value Linear(
        this GraphBuilder graph, Value tokens, Value weight, Value? bias, Activation activation = Activation.None, Value? residual = null,
        PostNorm? norm = null, bool mayRound = false, Value? positions = null)
    {
        if (!graph.Operators.Dense)
        {
            var placed = positions is { } added ? graph.Add(tokens, added) : tokens;
            return graph.Close(graph.Activate(graph.GemmTransposed(placed, weight, bias), activation), residual, norm);
        }

        Value[] last = positions is { } shift ? [.. norm is null ? [Value.None, Value.None] : graph.NormInputs(norm), shift] : graph.NormInputs(norm);
        return graph.CustomNode(
            "Linear",
            [tokens, weight, bias ?? Value.None, residual ?? Value.None, .. last],
            ("activation", NameOf(activation)),
            ("precision", graph.PrecisionName(mayRound)),
            ("epsilon", norm?.Epsilon ?? 0f));
    }

    /// <summary>Two linear layers with an activation between: norm(residual + scale * second(activation(first(x)))), all after second optional.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tokens">[T, C_in].</param>
    /// <param name="first">Name of the first layer.</param>
    /// <param name="second">Name of the second layer.</param>
    /// <param name="activation">What comes between.</param>
    /// <param name="scale">Name of a layer scale [C_out] (gamma), or null.</param>
    /// <param name="residual">[T, C_out], added to the result.</param>
    /// <param name="norm">Layer norm at the end.</param>
    /// <param name="mayRound">True where the product may have the graph's precision, false where it must be single.</param>
    public static Value Mlp(
        this GraphBuilder graph, Value tokens, string first, string second, Activation activation, string? scale = null,
        Value? residual = null, PostNorm? norm = null, bool mayRound = false)
    {
        var (weight, bias) = (graph.Weight(second + ".weight"), graph.OptionalWeight(second + ".bias"));
        var gamma = scale is null ? Value.None : graph.Weight(scale);
        if (graph.Operators.Dense)
        {
            return graph.CustomNode(
                "Mlp",
                [
                    tokens, graph.Weight(first + ".weight"), graph.OptionalWeight(first + ".bias") ?? Value.None, weight, bias ?? Value.None,
                    gamma, residual ?? Value.None, .. graph.NormInputs(norm),
                ],
                ("activation", NameOf(activation)),
                ("precision", graph.PrecisionName(mayRound)),
                ("epsilon", norm?.Epsilon ?? 0f));
        }

        var hidden = graph.Linear(tokens, first, activation);
        if (scale is not null)
        {
            // The layer scale multiplies the rows of the second matrix, once, when the graph is loaded.
            weight = graph.Mul(weight, graph.Unsqueeze(gamma, 1));
            bias = bias is { } shift ? graph.Mul(shift, gamma) : null;
        }

        return graph.Close(graph.GemmTransposed(hidden, weight, bias), residual, norm);
    }

    /// <summary>
    /// nn.Linear, or a 1x1 convolution, with channels coming out first: [T, C_in] -> [C_out, T]. It is the same product with the operands
    /// swapped, so it costs no transpose.
    /// </summary>
    public static Value LinearChannelsFirst(this GraphBuilder graph, Value tokens, string name)
    {
        var bias = graph.OptionalWeight(name + ".bias");
        return graph.GemmTransposed(graph.MatrixWeight(name + ".weight"), tokens, bias is { } b ? graph.Unsqueeze(b, 1) : null);
    }

    /// <summary>
    /// A weight as the matrix [C_out, C_in]: linear layers store it so, 1x1 convolutions as [C_out, C_in, 1, 1].
    /// </summary>
    /// <exception cref="ModelException">The weight is neither.</exception>
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

    /// <summary>The attribute of a product: the graph's precision where it may round.</summary>
    public static string PrecisionName(this GraphBuilder graph, bool mayRound) => (mayRound ? graph.Operators.Precision : ProductPrecision.Fp32) switch
    {
        ProductPrecision.Bf16 => "bf16",
        ProductPrecision.Int8 => "int8",
        _ => "fp32",
    };

    private static Value Activate(this GraphBuilder graph, Value value, Activation activation) => activation switch
    {
        Activation.Relu => graph.Relu(value),
        Activation.Gelu => graph.Gelu(value),
        _ => value,
    };

    private static Value Close(this GraphBuilder graph, Value value, Value? residual, PostNorm? norm)
    {
        var sum = residual is { } added ? graph.Add(added, value) : value;
        return norm is { } closing ? graph.LayerNorm(sum, closing.Name, closing.Epsilon) : sum;
    }

    /// <summary>The last inputs of a node that may end in a layer norm.</summary>
    public static Value[] NormInputs(this GraphBuilder graph, PostNorm? norm) =>
        norm is { } closing ? [graph.Weight(closing.Name + ".weight"), graph.Weight(closing.Name + ".bias")] : [];

    private static Value? OptionalWeight(this GraphBuilder graph, string name) =>
        graph.Weights.Contains(name) ? graph.Weight(name) : null;

    /// <summary>An activation as an attribute of this project's own operators.</summary>
    public static string NameOf(Activation activation) => activation switch
    {
        Activation.Relu => "relu",
        Activation.Gelu => "gelu",
        _ => "none",
    };
}
