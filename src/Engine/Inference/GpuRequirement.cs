using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Inference;

/// <summary>Something that a GPU provider needs from the machine.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Libraries">Its libraries.</param>
/// <param name="Remedy">How to get it, in one line.</param>
public sealed record GpuRequirement(string Name, IReadOnlyList<string> Libraries, string Remedy)
{
    /// <summary>What both GPU providers need.</summary>
    public static IReadOnlyList<GpuRequirement> Cuda { get; } =
    [
        new("NVIDIA driver", ["libcuda.so.1"], "install NVIDIA's driver, 580 or newer for CUDA 13; in a container start it with --gpus all"),
        new(
            "CUDA 13 runtime",
            ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"],
            "install NVIDIA's packages cuda-libraries-13-0, or use one of its CUDA 13 containers"),
        new("cuDNN 9", ["libcudnn.so.9"], "install NVIDIA's package cudnn9-cuda-13"),
    ];

    /// <summary>What TensorRT needs besides.</summary>
    public static GpuRequirement TensorRt { get; } = new(
        "TensorRT 10", ["libnvinfer.so.10", "libnvonnxparser.so.10"], "install NVIDIA's packages libnvinfer10, libnvinfer-plugin10 and libnvonnxparsers10");

    /// <summary>All of them, in the order in which they are needed.</summary>
    public static IReadOnlyList<GpuRequirement> All { get; } = [.. Cuda, TensorRt];

    /// <summary>Those of <see cref="Libraries"/> that this machine's loader does not find.</summary>
    public IReadOnlyList<string> Missing() => [.. Libraries.Where(library => !IsThere(library))];

    /// <summary>The first thing that a provider lacks on this machine and how to get it, or null where all is there.</summary>
    internal static string? FirstMissing(ExecutionProvider provider)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        foreach (var requirement in provider == ExecutionProvider.TensorRt ? All : Cuda)
        {
            if (requirement.Missing() is [var first, ..])
            {
                return $"there is no {requirement.Name} ({first}): {requirement.Remedy}";
            }
        }

        return null;
    }

    private static bool IsThere(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }
}
