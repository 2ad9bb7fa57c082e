namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// The pixels of a frame, or a label map, in the memory of the GPU that worked on it: what a window that the same GPU draws need not upload
/// again. Held by every <see cref="Pipeline.Frame"/> and <see cref="Segmentation.SegmentationResult"/> that shows the same; used for other
/// frames once the last of them has let it go.
/// </summary>
/// <remarks>Pixels have four bytes each, the frame's three and a 0; labels two. Row 0 is the top row, and rows follow one another without padding.</remarks>
public sealed class GpuCopy
{
    private readonly GpuSharing _owner;
    private nint _handle;
    private int _holders;

    internal GpuCopy(GpuSharing owner, GpuDevice device, GpuCopyKind kind)
    {
        (_owner, Device, Kind) = (owner, device, kind);
        _handle = device.CreateCopy();
    }

    internal GpuDevice Device { get; }

    internal GpuCopyKind Kind { get; }

    internal nint Handle => _handle;

    /// <summary>Makes the textures of the OpenGL context that is current on this thread ones that copies are drawn from.</summary>
    /// <exception cref="SegrException">This GPU does not draw for the context, or its driver cannot share with it; the message says why.</exception>
    public GpuTextures OpenTextures() => new(Device);

    /// <summary>Makes room; where it grows, waits for the GPU.</summary>
    internal void Reserve(int bytes)
    {
        using var use = Device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_copy_reserve(_handle, (nuint)bytes));
    }

    /// <summary>One more holds it.</summary>
    internal GpuCopy Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>One less holds it.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _owner.Return(this);
        }
    }

    /// <summary>Frees the memory, once the GPU is done with it.</summary>
    internal void Free()
    {
        if (Interlocked.Exchange(ref _handle, 0) is var owned and not 0)
        {
            using var use = Device.Use();
            GpuLibrary.segr_gpu_copy_destroy(owned);
        }
    }
}
