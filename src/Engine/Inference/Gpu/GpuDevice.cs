using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// A GPU that frames go through, with the stream that networks run on. There is one of each GPU for as long as the process lives, as there
/// is one CUDA context.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the process does, and so does its lock.")]
internal sealed unsafe class GpuDevice
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, GpuDevice> Opened = [];
    private readonly int _ordinal;
    private readonly nint _handle;

    // Held for reading by whatever has the GPU do something: while a CUDA graph is recorded, the driver refuses much of that to all threads.
    private readonly ReaderWriterLockSlim _use = new();

    private GpuDevice(int ordinal)
    {
        GpuLibrary.Check(GpuLibrary.segr_gpu_open(ordinal, out _handle));
        _ordinal = ordinal;
    }

    /// <summary>Opens a GPU.</summary>
    /// <param name="ordinal">Its number, from 0.</param>
    /// <exception cref="GpuException">There is no driver, no such GPU, or one that cannot run the kernels; tried anew by the next call.</exception>
    public static GpuDevice Open(int ordinal)
    {
        GpuLibrary.Require();
        lock (Gate)
        {
            if (!Opened.TryGetValue(ordinal, out var device))
            {
                Opened.Add(ordinal, device = new GpuDevice(ordinal));
            }

            return device;
        }
    }

    /// <summary>Makes sessions with these options run on the GPU's stream for networks. Either may be null.</summary>
    public void UseStream(SafeHandle? cuda, SafeHandle? tensorRt) =>
        GpuLibrary.Check(GpuLibrary.segr_gpu_use_stream(_handle, cuda?.DangerousGetHandle() ?? 0, tensorRt?.DangerousGetHandle() ?? 0));

    /// <summary>Runs something while no other thread has the GPU do anything.</summary>
    public void RunAlone(Action body)
    {
        _use.EnterWriteLock();
        try
        {
            body();
        }
        finally
        {
            _use.ExitWriteLock();
        }
    }

    /// <summary>To be held while the GPU is told to do something, so that <see cref="RunAlone"/> is alone.</summary>
    public GpuUse Use() => new(_use);

    /// <summary>Waits for all that was put on the stream for networks.</summary>
    public void Synchronize()
    {
        using var use = Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_synchronize(_handle));
    }

    /// <summary>Creates what one frame in flight needs.</summary>
    public GpuSlot CreateSlot() => new(this, _handle);

    /// <summary>Creates memory for a frame or a label map that outlives its slot's use; the caller frees it.</summary>
    public nint CreateCopy()
    {
        using var use = Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_copy_create(_handle, out var copy));
        return copy;
    }

    /// <summary>Creates what shares the textures of the current OpenGL context; the caller frees it.</summary>
    /// <exception cref="GpuException">The GPU does not draw for that context.</exception>
    public nint CreateTextures()
    {
        using var use = Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_textures_create(_handle, out var textures));
        return textures;
    }

    /// <summary>Copies values into memory of the GPU's and waits until they are there.</summary>
    public GpuMemory Upload<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        using var use = Use();
        fixed (T* first = values)
        {
            GpuLibrary.Check(GpuLibrary.segr_gpu_upload(_handle, first, (nuint)(values.Length * sizeof(T)), out var memory, out var address));
            return new GpuMemory(this, memory, address);
        }
    }

    /// <summary>How ONNX Runtime is told of the GPU's memory.</summary>
    /// <param name="isOnCpu">True where the network runs on the CPU, over a stand-in whose memory is the host's.</param>
    public OrtMemoryInfo DescribeMemory(bool isOnCpu) => isOnCpu
        ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default)
        : new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, _ordinal, OrtMemType.Default);

    /// <summary>A tensor in memory of the GPU's, which stays its owner's and must outlive it.</summary>
    public static OrtValue View(OrtMemoryInfo info, TensorElementType type, int elementSize, nint address, params long[] shape) =>
        OrtValue.CreateTensorValueWithData(info, type, shape, address, shape.Aggregate(1L, (a, b) => a * b) * elementSize);
}
