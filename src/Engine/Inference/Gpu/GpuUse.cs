namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>A GPU is being told to do something; see <see cref="GpuDevice.Use"/>.</summary>
internal readonly ref struct GpuUse
{
    private readonly ReaderWriterLockSlim? _lock;

    public GpuUse(ReaderWriterLockSlim held)
    {
        _lock = held;
        held.EnterReadLock();
    }

    /// <summary>It has been told.</summary>
    public void Dispose() => _lock?.ExitReadLock();
}
