using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph;

/// <summary>Single operators of the standard set. Each is named after its ONNX operator; see the ONNX operator specification.</summary>
internal sealed partial class GraphBuilder
{
    /// <summary>a + b, with broadcasting.</summary>
    public Value Add(Value a, Value b) => Node("Add", [a, b]);

    /// <summary>a - b, with broadcasting.</summary>
    public Value Sub(Value a, Value b) => Node("Sub", [a, b]);

    /// <summary>a * b, with broadcasting.</summary>
    public Value Mul(Value a, Value b) => Node("Mul", [a, b]);

    /// <summary>a / b, with broadcasting.</summary>
    public Value Div(Value a, Value b) => Node("Div", [a, b]);

    /// <summary>Matrix product over the last two axes, with broadcasting over the others.</summary>
    public Value MatMul(Value a, Value b) => Node("MatMul", [a, b]);

    /// <summary>a * b^T of two matrices, plus an optional c that is broadcast.</summary>
    public Value GemmTransposed(Value a, Value b, Value? c = null) =>
        Node("Gemm", c is { } bias ? [a, b, bias] : [a, b], ("transB", 1));

    /// <summary>Axes in another order.</summary>
    public Value Transpose(Value value, params long[] order) => Node("Transpose", [value], ("perm", order));

    /// <summary>Values one after the other along an axis.</summary>
    public Value Concat(int axis, params ReadOnlySpan<Value> values) => Node("Concat", values, ("axis", axis));

    /// <summary>Conversion to another element type.</summary>
    public Value Cast(Value value, TensorProto.Types.DataType type) => Node("Cast", [value], ("to", (long)type));

    /// <summary>Rows of <paramref name="value"/> along an axis, chosen by an int64 value of any shape.</summary>
    public Value Gather(Value value, Value indices, int axis) => Node("Gather", [value, indices], ("axis", axis));

    /// <summary>Entries start to end - 1 along one axis; negative numbers count from the back.</summary>
    public Value Slice(Value value, long start, long end, int axis) =>
        Node("Slice", [value, Vector(start), Vector(end), Vector(axis)]);

    /// <summary>max(value, 0).</summary>
    public Value Relu(Value value) => Node("Relu", [value]);

    /// <summary>x * Phi(x), the exact (erf) form.</summary>
    public Value Gelu(Value value) => Node("Gelu", [value]);

    /// <summary>1 / (1 + exp(-value)).</summary>
    public Value Sigmoid(Value value) => Node("Sigmoid", [value]);

    /// <summary>Softmax over the last axis.</summary>
    public Value Softmax(Value value) => Node("Softmax", [value], ("axis", -1));

    /// <summary>Inserts axes of length 1.</summary>
    public Value Unsqueeze(Value value, params ReadOnlySpan<long> axes) => Node("Unsqueeze", [value, Vector(axes)]);

    /// <summary>Removes axes of length 1.</summary>
    public Value Squeeze(Value value, params ReadOnlySpan<long> axes) => Node("Squeeze", [value, Vector(axes)]);

    /// <summary>Largest value along an axis.</summary>
    public Value ReduceMax(Value value, long axis, bool keepAxis) =>
        Node("ReduceMax", [value, Vector(axis)], ("keepdims", keepAxis ? 1 : 0));

    /// <summary>Sum along an axis.</summary>
    public Value ReduceSum(Value value, long axis, bool keepAxis) =>
        Node("ReduceSum", [value, Vector(axis)], ("keepdims", keepAxis ? 1 : 0));

    /// <summary>Mean along an axis.</summary>
    public Value ReduceMean(Value value, long axis, bool keepAxis) =>
        Node("ReduceMean", [value, Vector(axis)], ("keepdims", keepAxis ? 1 : 0));
}
