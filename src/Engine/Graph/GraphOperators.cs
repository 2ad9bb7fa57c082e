using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

namespace OpenSegR.Realtime.Graph;

/// <summary>Which operators a graph may be made of.</summary>
/// <param name="Custom">True for this project's own where the target has them, false for standard ONNX alone.</param>
/// <param name="Precision">How far large products may be rounded.</param>
/// <param name="Target">What the graph is made for.</param>
internal readonly record struct GraphOperators(
    bool Custom, ProductPrecision Precision = ProductPrecision.Fp32, GraphTarget Target = GraphTarget.Cpu)
{
    /// <summary>Deformable attention as one node.</summary>
    public bool Attention => Custom;

    /// <summary>Depthwise convolution and layer norm as one node. TensorRT is left to fuse its own: a foreign node would split its engine.</summary>
    public bool Depthwise => Custom && Target != GraphTarget.TensorRt;

    /// <summary>Linear layers and convolutions with all that follows them as one node. On a GPU the vendor's libraries do that.</summary>
    public bool Dense => Custom && Target == GraphTarget.Cpu;

    /// <summary>
    /// What a graph in half precision computes in but for its islands; null where it computes in float32. For the CPU bf16 means products
    /// alone, which its operators round by themselves.
    /// </summary>
    public DataType? HalfType => Precision switch
    {
        ProductPrecision.Fp16 => DataType.Float16,
        ProductPrecision.Bf16 when Target != GraphTarget.Cpu => DataType.Bfloat16,
        _ => null,
    };

    /// <summary>Domain of the custom nodes.</summary>
    public string Domain => Target == GraphTarget.TensorRt ? "trt.plugins" : GraphBuilder.CustomDomain;
}
