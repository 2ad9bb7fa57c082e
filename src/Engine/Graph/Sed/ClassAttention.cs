using OpenSegR.Realtime.Graph.Layers;
using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

namespace OpenSegR.Realtime.Graph.Sed;

/// <summary>
/// Attention across classes at every (pooled) pixel (reference: ClassTransformerLayer in sed/modeling/transformer/model.py). It is the linear
/// attention of "Transformers are RNNs" (Katharopoulos et al., 2020): with f(x) = elu(x) + 1, out = f(q) (f(k)^T v) / (f(q) . sum f(k)).
/// </summary>
internal static class ClassAttention
{
    private const float NormEpsilon = 1e-5f;
    private const float SumEpsilon = 1e-6f;

    /// <summary>Adds the layer: [T, C, h, w] -> [T, C, h, w].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">[T, C, h, w].</param>
    /// <param name="classes">T.</param>
    /// <param name="channels">C.</param>
    /// <param name="size">h and w.</param>
    /// <param name="pooling">Side of the average pooling; an odd last row or column is dropped.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="name">Name of the layer in the weights.</param>
    public static Value Add(
        GraphBuilder graph, Value x, Dim classes, int channels, (Dim Height, Dim Width) size, int pooling, int heads, string name)
    {
        using var scope = graph.Scope("classes");
        var (rows, columns) = (graph.Divide(size.Height, pooling), graph.Divide(size.Width, pooling));
        var pooled = pooling == 1 ? x : graph.AveragePool(x, pooling);

        // The tokens of a sequence are the classes at one pixel: [T, C, h, w] -> [h*w*T, C].
        var tokens = graph.Reshape(graph.Transpose(pooled, 2, 3, 0, 1), Dim.Infer, channels);
        var heard = Attend(graph, graph.LayerNorm(tokens, name + ".norm1", NormEpsilon), classes, channels, heads, name + ".attention");
        tokens = graph.Add(tokens, heard);
        var normalised = graph.LayerNorm(tokens, name + ".norm2", NormEpsilon);
        tokens = graph.Mlp(normalised, name + ".MLP.0", name + ".MLP.2", Activation.Relu, residual: tokens);

        // Enlarged again and added, the pooled input included, not only what attention changed.
        var maps = graph.Transpose(graph.Reshape(tokens, rows, columns, classes, channels), 2, 3, 0, 1);
        var enlarged = graph.Node(
            "Resize",
            [maps, Value.None, Value.None, graph.ToVector(classes, channels, size.Height, size.Width)],
            ("mode", "linear"),
            ("coordinate_transformation_mode", "align_corners"));
        return graph.Add(x, pooling == 1 ? maps : enlarged);
    }

    private static Value Attend(GraphBuilder graph, Value tokens, Dim classes, int channels, int heads, string name)
    {
        // [N*T, C] -> [N, M, T, D]
        Value Split(Value value) =>
            graph.Transpose(graph.Reshape(value, Dim.Infer, classes, heads, channels / heads), 0, 2, 1, 3);

        var count = graph.Node("Squeeze", [graph.ToFloat(classes), graph.Vector(0)]);
        var query = Split(Feature(graph, graph.Linear(tokens, name + ".q")));
        var key = Split(Feature(graph, graph.Linear(tokens, name + ".k")));
        var value = Split(graph.Div(graph.Linear(tokens, name + ".v"), count));

        using var single = graph.SinglePrecision(); // sums over all classes, divided by one another; half precision has no 1e-6
        var summary = graph.MatMul(graph.Transpose(key, 0, 1, 3, 2), value);
        var total = graph.ReduceSum(graph.Mul(query, graph.ReduceSum(key, 2, keepAxis: true)), 3, keepAxis: true);
        var heard = graph.Div(graph.Mul(graph.MatMul(query, summary), count), graph.Add(total, graph.Scalar(SumEpsilon)));
        return graph.Reshape(graph.Transpose(heard, 0, 2, 1, 3), Dim.Infer, channels);
    }

    // elu(x) + 1. In bfloat16 as max(x, 0) + exp(min(x, 0)): ONNX Runtime 1.29's CUDA provider has no Elu of that type.
    private static Value Feature(GraphBuilder graph, Value value) => graph.Operators.HalfType == DataType.Bfloat16
        ? graph.Add(graph.Relu(value), graph.Node("Exp", [graph.Node("Min", [value, graph.Scalar(0f)])]))
        : graph.Add(graph.Node("Elu", [value], ("alpha", 1f)), graph.Scalar(1f));
}
