namespace OpenSegR.Realtime.Graph;

/// <summary>What a graph is made for: each has other operators of this project.</summary>
internal enum GraphTarget
{
    /// <summary>ONNX Runtime's CPU provider (native/cpu).</summary>
    Cpu,

    /// <summary>ONNX Runtime's CUDA provider (native/cuda).</summary>
    Cuda,

    /// <summary>TensorRT with this project's plugin (native/tensorrt).</summary>
    TensorRt,
}
