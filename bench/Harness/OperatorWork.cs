namespace OpenSegR.Realtime.Bench;

/// <summary>
/// How much an operator multiplies: two operations for each product that is added up, of matrix products and convolutions alone. What else
/// is computed (norms, activations, samples) takes time and counts for nothing, as it is memory that it waits for.
/// </summary>
public static class OperatorWork
{
    /// <summary>Operations of one run of an operator, 0 for one that is no product.</summary>
    public static double Flops(string op, IReadOnlyList<long[]> inputs, IReadOnlyList<long[]> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (inputs.Count < 2 || outputs.Count == 0 || inputs[0].Length == 0 || outputs[0].Length == 0)
        {
            return 0;
        }

        var (x, weight, y) = (inputs[0], inputs[1], outputs[0]);
        return op switch
        {
            "Linear" => 2 * Count(y) * x[^1],
            "Mlp" => 2 * Count(x) / x[^1] * weight[0] * (x[^1] + y[^1]),
            "Conv2dChannelsLast" or "Conv" or "FusedConv" when weight.Length == 4 => 2 * Count(y) * Count(weight.AsSpan(1)),
            "DepthwiseConv7x7LayerNorm" => 2 * 49 * Count(y),

            // Either operand may be transposed: the summed side is what the other sides of the first operand leave.
            "Gemm" or "FusedGemm" or "MatMul" or "FusedMatMul" when x.Length >= 2 && y.Length >= 2 => 2 * Count(y) * Count(x.AsSpan(x.Length - 2)) / y[^2],
            _ => 0,
        };
    }

    private static double Count(ReadOnlySpan<long> shape)
    {
        double count = 1;
        foreach (var side in shape)
        {
            count *= side;
        }

        return count;
    }
}
