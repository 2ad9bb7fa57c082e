using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Bench;

/// <summary>The machine that a report was made on; a figure without it means nothing.</summary>
/// <param name="Processor">Name of the processor.</param>
/// <param name="Processors">Logical processors that the program may use.</param>
/// <param name="Instructions">The widest vector instructions.</param>
/// <param name="MemoryGb">Memory in GB.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET.</param>
/// <param name="OnnxRuntime">ONNX Runtime.</param>
/// <param name="Program">Version of this program.</param>
public sealed record MachineInfo(
    string Processor, int Processors, string Instructions, double MemoryGb, string System, string Runtime, string OnnxRuntime, string Program)
{
    /// <summary>The machine that this runs on.</summary>
    public static MachineInfo Current() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        WidestInstructions(),
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        OrtEnvironment.Version,
        typeof(MachineInfo).Assembly.GetName().Version!.ToString(3));

    private static string ProcessorName()
    {
        const string File = "/proc/cpuinfo";
        if (!global::System.IO.File.Exists(File))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        var line = global::System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string WidestInstructions() =>
        Avx512F.IsSupported ? "AVX-512" + (AvxVnni.IsSupported ? " VNNI" : "") : Avx2.IsSupported ? "AVX2" : global::System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? "NEON" : "scalar";
}
