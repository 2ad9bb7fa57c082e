using OpenSegR.Realtime.Graph;

namespace OpenSegR.Realtime.Inference;

/// <summary>How networks are run; the same for every session of a process.</summary>
public sealed record InferenceSettings
{
    /// <summary>What runs them. <see cref="ExecutionProvider.Auto"/> tries and falls back; any other choice works or is an error.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Auto;

    /// <summary>Threads that one run may use on the CPU; 0, the default, means one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// False to leave this project's own operators out and use standard ONNX alone, which is slower and gives the same numbers.
    /// </summary>
    public bool CustomOperators { get; init; } = true;

    /// <summary>
    /// How far large products may be rounded: bf16 and int8 on the CPU, fp16 and bf16 on a GPU. Anything but fp32 trades agreement with the reference
    /// for speed; what the provider does not have is computed in fp32, and that is told.
    /// </summary>
    public ProductPrecision Precision { get; init; } = ProductPrecision.Fp32;

    /// <summary>Index of the GPU, from 0.</summary>
    public int Device { get; init; }

    /// <summary>Most bytes of GPU memory that ONNX Runtime's arena may take for each network, or null for no limit.</summary>
    public long? GpuMemoryLimitBytes { get; init; }

    /// <summary>
    /// True to record the network on a GPU as a CUDA graph: less work for the CPU at each frame, more GPU memory. Only where all of the network
    /// runs on the GPU; else it is told and left out. Which is faster depends on the model; <c>bench/gpu</c> measures both.
    /// </summary>
    public bool CudaGraphs { get; init; }

    /// <summary>The longest that TensorRT, here or in another process, may take to prepare a network; with <see cref="ExecutionProvider.Auto"/> CUDA takes over then.</summary>
    public TimeSpan EngineTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>True to take frames over the GPU's path although the network runs on the CPU: for tests, over a stand-in for the driver.</summary>
    internal bool GpuFramesOnCpu { get; init; }

    /// <summary>Folder for files that make the next start faster (TensorRT engines); null for none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Start of the name of a profile that ONNX Runtime writes when a session ends, or null for none. Chrome's tracing opens it.</summary>
    public string? ProfilePrefix { get; init; }
}
