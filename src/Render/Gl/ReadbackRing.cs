using OpenSegR.Realtime.Pipeline;
using Silk.NET.OpenGL;
using PixelFormat = Silk.NET.OpenGL.PixelFormat;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// Pictures on their way from the device to memory. Each is copied into a buffer of the device's while the next ones are drawn, and fetched
/// some calls later, so that neither side waits for the other.
/// </summary>
internal sealed unsafe class ReadbackRing : IDisposable
{
    private readonly GlDevice _device;
    private readonly Slot[] _slots;
    private int _first;

    /// <summary>Creates a ring.</summary>
    /// <param name="device">Device whose context is current.</param>
    /// <param name="latency">Pictures to keep on their way, 0 or more.</param>
    public ReadbackRing(GlDevice device, int latency)
    {
        _device = device;
        _slots = new Slot[latency + 1];
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i].Buffer = device.Gl.GenBuffer();
        }
    }

    /// <summary>Pictures on their way.</summary>
    public int Count { get; private set; }

    /// <summary>Format of the oldest picture, where there is one.</summary>
    public FrameFormat? OldestFormat => Count > 0 ? _slots[_first].Format : null;

    /// <summary>True where the oldest picture has to be fetched before another can be added.</summary>
    public bool IsFull => Count == _slots.Length;

    /// <summary>Starts copying the bound framebuffer.</summary>
    /// <param name="source">Frame whose format, index, time stamps and name the picture has.</param>
    public void Add(Frame source)
    {
        var gl = _device.Gl;
        ref var slot = ref _slots[(_first + Count) % _slots.Length];
        var bytes = (nuint)source.Width * 4 * (nuint)source.Height;
        gl.BindBuffer(BufferTargetARB.PixelPackBuffer, slot.Buffer);
        if (slot.Bytes != bytes)
        {
            gl.BufferData(BufferTargetARB.PixelPackBuffer, bytes, null, BufferUsageARB.StreamRead);
            slot.Bytes = bytes;
        }

        gl.PixelStore(PixelStoreParameter.PackAlignment, 4);
        gl.ReadPixels(0, 0, (uint)source.Width, (uint)source.Height, PixelFormat.Rgba, PixelType.UnsignedByte, null);
        gl.BindBuffer(BufferTargetARB.PixelPackBuffer, 0);
        _device.Check("ReadPixels");
        // Without a flush the copy may not even begin before it is waited for.
        gl.Flush();
        slot.Format = source.Format;
        (slot.Index, slot.TimestampUs, slot.Times, slot.Name) = (source.Index, source.TimestampUs, source.Times, source.Name);
        Count++;
    }

    /// <summary>Fetches the oldest picture, waiting for it if need be. There must be one.</summary>
    /// <exception cref="ArgumentException">The target has another format; the picture stays.</exception>
    public void Take(Frame target)
    {
        ref var slot = ref _slots[_first];
        if (target.Format != slot.Format)
        {
            throw new ArgumentException($"the target is {target.Format}, the picture is {slot.Format}", nameof(target));
        }

        var gl = _device.Gl;
        gl.BindBuffer(BufferTargetARB.PixelPackBuffer, slot.Buffer);
        var pixels = (byte*)gl.MapBufferRange(BufferTargetARB.PixelPackBuffer, 0, slot.Bytes, MapBufferAccessMask.ReadBit);
        if (pixels == null)
        {
            throw new SegrException($"OpenGL: the picture cannot be read back ({gl.GetError()})");
        }

        PixelPacking.Compact(new ReadOnlySpan<byte>(pixels, checked((int)slot.Bytes)), target.Pixels);
        gl.UnmapBuffer(BufferTargetARB.PixelPackBuffer);
        gl.BindBuffer(BufferTargetARB.PixelPackBuffer, 0);
        _device.Check("MapBufferRange");
        (target.Index, target.TimestampUs, target.Times, target.Name) = (slot.Index, slot.TimestampUs, slot.Times, slot.Name);
        _first = (_first + 1) % _slots.Length;
        Count--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            _device.Gl.DeleteBuffer(slot.Buffer);
        }
    }

    private struct Slot
    {
        public uint Buffer;
        public nuint Bytes;
        public FrameFormat Format;
        public long Index;
        public long TimestampUs;
        public FrameTimes Times;
        public string? Name;
    }
}
