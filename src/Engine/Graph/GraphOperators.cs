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

    /// <summary>True where the graph is in half precision but for its islands.</summary>
    public bool Half => Precision == ProductPrecision.Fp16;

    /// <summary>Domain of the custom nodes.</summary>
    public string Domain => Target == GraphTarget.TensorRt ? "trt.plugins" : GraphBuilder.CustomDomain;
}
