using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// One picture on its way through the pipeline: pixels in pinned memory, rented from a <see cref="FramePool"/>.
/// Exactly one owner at a time; whoever holds it last disposes it, which returns the memory to the pool. A method that takes a frame says
/// in its documentation whether it takes ownership; where it says nothing, the caller keeps it.
/// </summary>
public sealed class Frame : IDisposable
{
    private readonly FramePool _pool;
    private readonly byte[] _memory;
    private FrameFormat _format;
    private GpuCopy? _gpuCopy;
    private int _rented;

    internal Frame(FramePool pool, FrameFormat format)
    {
        _pool = pool;
        _format = format;
        // A pinned array needs no handle, never moves, and its address can be given to native code for as long as the frame lives.
        _memory = GC.AllocateUninitializedArray<byte>(format.ByteCount, pinned: true);
    }

    /// <summary>Position of the frame in its source, from 0, counting dropped frames too.</summary>
    public long Index { get; set; }

    /// <summary>The source's own time of the frame in microseconds from its start; never decreasing within one source.</summary>
    public long TimestampUs { get; set; }

    /// <summary>When the frame passed each stage.</summary>
    public FrameTimes Times;

    /// <summary>Name of the frame where it has one (the file name in an image folder), otherwise null.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// The same pixels in a GPU's memory, or null where there are none. Whoever changes <see cref="Pixels"/> after the frame went through a
    /// segmentor calls <see cref="DropGpuCopy"/>.
    /// </summary>
    public GpuCopy? GpuCopy => _gpuCopy;

    /// <summary>Size and pixel layout.</summary>
    public FrameFormat Format => _format;

    /// <summary>Width in pixels.</summary>
    public int Width => _format.Width;

    /// <summary>Height in pixels.</summary>
    public int Height => _format.Height;

    /// <summary>Bytes of one row.</summary>
    public int Stride => _format.Stride;

    /// <summary>All pixels, row by row, <see cref="FrameFormat.ByteCount"/> bytes.</summary>
    /// <exception cref="ObjectDisposedException">The frame was returned to its pool.</exception>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _rented) == 0, this);
            return _memory;
        }
    }

    /// <summary>One row, <see cref="Stride"/> bytes. <paramref name="y"/> is 0 to <see cref="Height"/> - 1.</summary>
    public Span<byte> Row(int y) => Pixels.Slice(y * Stride, Stride);

    /// <summary>Address of the first pixel, valid until the frame is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The frame was returned to its pool.</exception>
    public unsafe nint DangerousAddress
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _rented) == 0, this);
            return (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_memory));
        }
    }

    /// <summary>Copies pixels, index, time stamps and name from a frame of the same format; not what a GPU has of it.</summary>
    /// <exception cref="ArgumentException">The formats differ.</exception>
    public void CopyFrom(Frame other)
    {
        if (other.Format != Format)
        {
            throw new ArgumentException($"cannot copy a frame of {other.Format} into one of {Format}", nameof(other));
        }

        DropGpuCopy();
        other.Pixels.CopyTo(Pixels);
        CopyMetadataFrom(other);
    }

    /// <summary>Copies index, time stamps and name, not the pixels.</summary>
    public void CopyMetadataFrom(Frame other)
    {
        Index = other.Index;
        TimestampUs = other.TimestampUs;
        Times = other.Times;
        Name = other.Name;
    }

    /// <summary>Lets the frame have what a GPU has of another one, whose pixels this one was given as well.</summary>
    public void ShareGpuCopy(Frame other) => Attach(other.GpuCopy?.Hold());

    /// <summary>Lets go of what a GPU has of the frame, whose pixels are different now.</summary>
    public void DropGpuCopy() => Attach(null);

    /// <summary>Returns the frame to its pool. Safe to call more than once; only the first call counts.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 1)
        {
            DropGpuCopy();
            _pool.Return(this);
        }
    }

    /// <summary>Takes over a copy that the caller holds.</summary>
    internal void Attach(GpuCopy? copy) => Interlocked.Exchange(ref _gpuCopy, copy)?.Release();

    internal void MarkRented(FrameFormat format)
    {
        _format = format;
        Index = 0;
        TimestampUs = 0;
        Times = default;
        Name = null;
        Volatile.Write(ref _rented, 1);
    }
}
