namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>A GPU that cannot be used, or that failed while it was: one line that says what, and what to do where something can be done.</summary>
internal sealed class GpuException(string message, bool isMemory = false) : SegrException(message)
{
    /// <summary>True where the GPU has no memory left.</summary>
    public bool IsMemory { get; } = isMemory;
}
