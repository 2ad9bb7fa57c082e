namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>Constant values in a GPU's memory. Nothing on the GPU may use them when they are disposed.</summary>
internal sealed class GpuMemory(GpuDevice device, nint handle, nint address) : IDisposable
{
    private nint _handle = handle;

    /// <summary>Where they lie, for the GPU.</summary>
    public nint Address => address;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _handle, 0) is var owned and not 0)
        {
            using var use = device.Use();
            GpuLibrary.segr_gpu_free(owned);
        }
    }
}
