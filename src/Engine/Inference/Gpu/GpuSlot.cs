using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// One frame on a GPU: its pixels, the network's tensors, its label map, and the stream that it goes over. The order of calls and what each
/// waits for stand in native/cuda/src/frame/frame_slot.h; <see cref="Label"/> is the only one that waits for the GPU. One thread at a time.
/// </summary>
internal sealed unsafe class GpuSlot : IDisposable
{
    private readonly GpuDevice _device;
    private nint _handle;

    internal GpuSlot(GpuDevice device, nint gpu)
    {
        _device = device;
        using var use = device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_create(gpu, out _handle));
    }

    /// <summary>The tensors of a segmentor; numbers as in native code.</summary>
    public enum Tensor
    {
        /// <summary>float32 [1, 3, H, W].</summary>
        Image,

        /// <summary>float32 [Q, H / 4, W / 4].</summary>
        MaskLogits,

        /// <summary>float32 [Q, R, T + 1].</summary>
        MaskClasses,
    }

    /// <summary>Makes room for a tensor and returns its address. Waits for the GPU where it must grow.</summary>
    public nint Reserve(Tensor tensor, long elements)
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_reserve(_handle, (int)tensor, (nuint)(elements * sizeof(float)), out var address));
        return address;
    }

    /// <summary>Tells which classes are in play.</summary>
    public void SetClasses(TextClassifier classifier)
    {
        var isThing = new int[classifier.ClassIndex.Length];
        for (var t = 0; t < isThing.Length; t++)
        {
            isThing[t] = classifier.Vocabulary.Classes[classifier.ClassIndex[t]].IsThing ? 1 : 0;
        }

        using var use = _device.Use();
        fixed (int* index = classifier.ClassIndex, things = isThing)
        {
            GpuLibrary.Check(GpuLibrary.segr_gpu_slot_classes(_handle, index, things, isThing.Length));
        }
    }

    /// <summary>Takes a copy of the frame and prepares it on the GPU; <paramref name="copy"/>, where there is one, has its pixels too.</summary>
    public void Preprocess(in GpuPicture picture, GpuCopy? copy)
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_preprocess(_handle, picture, copy?.Handle ?? 0));
    }

    /// <summary>The network's stream waits for the prepared frame; then the network may be put on it.</summary>
    public void BeginNetwork()
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_begin_network(_handle));
    }

    /// <summary>Said once the network is on its stream.</summary>
    public void EndNetwork()
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_end_network(_handle));
    }

    /// <summary>Makes the label map and waits for it. It is valid until the slot's next use; <paramref name="copy"/>, where there is one, has it for longer.</summary>
    public GpuLabels Label(in GpuLabelRules rules, GpuCopy? copy)
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_label(_handle, rules, copy?.Handle ?? 0, out var labels));
        return labels;
    }

    /// <summary>A tensor in the host's memory, valid until it is asked for again; for inspection, and for rules that the GPU has no kernels for.</summary>
    public ReadOnlySpan<float> Download(Tensor tensor, int elements)
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_slot_download(_handle, (int)tensor, (nuint)(elements * (long)sizeof(float)), out var values));
        return new ReadOnlySpan<float>(values, elements);
    }

    /// <summary>The pixels of the slot's last frame, valid also where the GPU has failed.</summary>
    /// <param name="bytes">How many they are.</param>
    public ReadOnlySpan<byte> Pixels(int bytes) => new(GpuLibrary.segr_gpu_slot_pixels(_handle), bytes);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _handle, 0) is var owned and not 0)
        {
            using var use = _device.Use();
            GpuLibrary.segr_gpu_slot_destroy(owned);
        }
    }
}
