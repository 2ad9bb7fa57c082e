using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Inference;

/// <summary>A GPU of this machine as its driver describes it.</summary>
/// <param name="Name">What NVIDIA calls it.</param>
/// <param name="ComputeCapability">What it can do, such as 9.0.</param>
/// <param name="Cuda">The newest CUDA that the driver knows, such as 13.0.</param>
/// <param name="MemoryBytes">Its memory.</param>
public sealed record GpuDescription(string Name, Version ComputeCapability, Version Cuda, long MemoryBytes)
{
    // What ONNX Runtime's GPU providers were built for.
    private static readonly Version NeededCuda = new(13, 0);
    private static readonly Version NeededCapability = new(7, 5);
    private static readonly Version Bfloat16Capability = new(8, 0);

    /// <summary>Why ONNX Runtime's GPU providers cannot use it, in one line, or null where nothing is known against it.</summary>
    public string? Problem =>
        ComputeCapability < NeededCapability ? $"{Name} has compute capability {ComputeCapability}, CUDA {NeededCuda.Major} needs {NeededCapability} or newer: use --ep cpu"
        : Cuda < NeededCuda ? $"the NVIDIA driver knows CUDA up to {Cuda}, {NeededCuda} is needed: install driver 580 or newer"
        : null;

    /// <summary>Asks the driver.</summary>
    /// <param name="device">Index of the GPU, from 0.</param>
    /// <exception cref="SegrException">There is no driver, no such GPU, or no library to ask with.</exception>
    public static unsafe GpuDescription Read(int device = 0)
    {
        GpuLibrary.Require();
        GpuLibrary.Check(GpuLibrary.segr_gpu_describe(device, out var data));
        return new GpuDescription(
            GpuLibrary.Text(data.Name), new Version(data.ComputeCapability / 10, data.ComputeCapability % 10),
            new Version(data.CudaVersion / 1000, data.CudaVersion % 1000 / 10), (long)data.Memory);
    }

    /// <summary>Why frames cannot be prepared and labelled on it, in one line, or null where they can.</summary>
    /// <param name="device">Index of the GPU, from 0.</param>
    public static string? FindFrameProblem(int device = 0)
    {
        try
        {
            GpuDevice.Open(device);
            return null;
        }
        catch (GpuException error)
        {
            return error.Message;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, compute capability {ComputeCapability}, {MemoryBytes / (double)(1L << 30):0.#} GB, driver for CUDA {Cuda}";

    /// <summary>Why networks cannot compute in bfloat16, in one line, or null where they can.</summary>
    public string? Bfloat16Problem => ComputeCapability < Bfloat16Capability
        ? $"{Name} has compute capability {ComputeCapability}, bf16 needs {Bfloat16Capability} or newer (fp16 works)" : null;

    /// <summary>The same of a GPU of this machine; null where nothing is known.</summary>
    internal static string? FindBfloat16Problem(int device)
    {
        try
        {
            return Read(device).Bfloat16Problem;
        }
        catch (GpuException)
        {
            return null;
        }
    }

    /// <summary>What is wrong with a GPU or its driver, or null where nothing is known.</summary>
    internal static string? FindProblem(int device)
    {
        try
        {
            return Read(device).Problem;
        }
        catch (GpuException error)
        {
            // Without our library nothing is known; the provider says itself what it lacks.
            return CustomOperatorLibrary.Problem is null ? error.Message : null;
        }
    }
}
