namespace OpenSegR.Realtime.Inference;

/// <summary>What runs the network.</summary>
public enum ExecutionProvider
{
    /// <summary>The best that works: TensorRT, else CUDA, else the CPU.</summary>
    Auto,

    /// <summary>TensorRT on an NVIDIA GPU.</summary>
    TensorRt,

    /// <summary>CUDA and cuDNN on an NVIDIA GPU.</summary>
    Cuda,

    /// <summary>The CPU.</summary>
    Cpu,
}
