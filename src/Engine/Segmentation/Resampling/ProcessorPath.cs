using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>Which registers the loops of the frame path use; all give the same, to the last bit.</summary>
internal enum ProcessorPath
{
    /// <summary>128 bits, on any processor that .NET runs on.</summary>
    Portable,

    /// <summary>256 bits: AVX2 and FMA.</summary>
    Avx2,

    /// <summary>512 bits, and bytes permuted across a whole register: AVX-512 BW and VBMI.</summary>
    Avx512,
}

/// <summary>What this processor can do.</summary>
internal static class ProcessorPaths
{
    /// <summary>The fastest path that this processor has.</summary>
    public static ProcessorPath Best { get; } = IsSupported(ProcessorPath.Avx512) ? ProcessorPath.Avx512
        : IsSupported(ProcessorPath.Avx2) ? ProcessorPath.Avx2 : ProcessorPath.Portable;

    /// <summary>True if this processor can run <paramref name="path"/>.</summary>
    public static bool IsSupported(ProcessorPath path) => path switch
    {
        ProcessorPath.Avx512 => IsSupported(ProcessorPath.Avx2) && Avx512BW.IsSupported && Avx512Vbmi.IsSupported,
        ProcessorPath.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };
}
