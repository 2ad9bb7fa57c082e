using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// The way of frames over a GPU as libsegr_ops.so has it: the functions and structures of native/cuda/src/frame/segr_gpu.h, which says what
/// they do. Functions that can fail return 0 or an error, and <see cref="Check"/> throws what happened.
/// </summary>
internal static unsafe partial class GpuLibrary
{
    private const string Library = "segr_ops";
    private const int NoMemory = 2;

    /// <summary>Throws unless a call returned 0.</summary>
    /// <exception cref="GpuException">It did not.</exception>
    public static void Check(int result)
    {
        if (result != 0)
        {
            throw new GpuException(Text(segr_gpu_error()).TrimEnd('.'), result == NoMemory);
        }
    }

    /// <summary>Throws where the library is absent or has no such functions.</summary>
    /// <exception cref="GpuException">It is or has not.</exception>
    public static void Require()
    {
        if (CustomOperatorLibrary.Problem is { } problem)
        {
            throw new GpuException(problem);
        }

        try
        {
            segr_gpu_error();
        }
        catch (EntryPointNotFoundException)
        {
            throw new GpuException($"{Path.GetFileName(CustomOperatorLibrary.Path)} was built without GPU code (./segr setup builds it)");
        }
    }

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    [LibraryImport(Library)]
    public static partial byte* segr_gpu_error();

    [LibraryImport(Library)]
    public static partial int segr_gpu_open(int device, out nint gpu);

    [LibraryImport(Library)]
    public static partial int segr_gpu_describe(int device, out GpuDescriptionData description);

    [LibraryImport(Library)]
    public static partial int segr_gpu_synchronize(nint gpu);

    [LibraryImport(Library)]
    public static partial int segr_gpu_use_stream(nint gpu, nint cudaOptions, nint tensorRtOptions);

    [LibraryImport(Library)]
    public static partial int segr_gpu_upload(nint gpu, void* values, nuint bytes, out nint memory, out nint address);

    [LibraryImport(Library)]
    public static partial void segr_gpu_free(nint memory);

    [LibraryImport(Library)]
    public static partial int segr_gpu_can_label(int isPanoptic, int queries, int reasons);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_create(nint gpu, out nint slot);

    [LibraryImport(Library)]
    public static partial void segr_gpu_slot_destroy(nint slot);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_reserve(nint slot, int tensor, nuint bytes, out nint address);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_classes(nint slot, int* classIndex, int* isThing, int classes);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_preprocess(nint slot, in GpuPicture picture, nint copy);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_begin_network(nint slot);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_end_network(nint slot);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_label(nint slot, in GpuLabelRules rules, nint copy, out GpuLabels labels);

    [LibraryImport(Library)]
    public static partial int segr_gpu_slot_download(nint slot, int tensor, nuint bytes, out float* values);

    [LibraryImport(Library)]
    public static partial byte* segr_gpu_slot_pixels(nint slot);

    [LibraryImport(Library)]
    public static partial int segr_gpu_copy_create(nint gpu, out nint copy);

    [LibraryImport(Library)]
    public static partial void segr_gpu_copy_destroy(nint copy);

    [LibraryImport(Library)]
    public static partial int segr_gpu_copy_reserve(nint copy, nuint bytes);

    [LibraryImport(Library)]
    public static partial int segr_gpu_textures_create(nint gpu, out nint textures);

    [LibraryImport(Library)]
    public static partial void segr_gpu_textures_destroy(nint textures);

    [LibraryImport(Library)]
    public static partial int segr_gpu_textures_add(nint textures, int index, uint texture, int width, int height);

    [LibraryImport(Library)]
    public static partial void segr_gpu_textures_remove(nint textures, int index);

    [LibraryImport(Library)]
    public static partial int segr_gpu_textures_fill(nint textures, nint frame, nint labels);
}
