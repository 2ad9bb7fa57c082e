using System.Runtime.InteropServices;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>
/// The stand-in for NVIDIA's driver that native/cuda/tests builds (stand_in.h says how strict it is), put in its place for this process. Its
/// state is the process's: tests that use it share one collection.
/// </summary>
internal static partial class StandIn
{
    private static readonly Lazy<string?> Problem = new(Load);

    /// <summary>As at the beginning; skips the running test, saying why, where it was not built.</summary>
    public static void Reset()
    {
        if (Problem.Value is { } problem)
        {
            Assert.Skip(problem);
        }

        segrStandInReset();
    }

    /// <summary>The call of a function after the next <paramref name="after"/> fails; "kernel" is a launch that fails when it runs.</summary>
    public static void Fail(string function, int code, long after = 0) => segrStandInFail(function, after, code);

    public static void Set(string name, long value) => segrStandInSet(name, value);

    /// <summary>Calls of a function, or "NAME:bytes", "allocated", "objects" (alive), "misuse".</summary>
    public static long Get(string name) => segrStandInGet(name);

    /// <summary>The first thing that a correct program never does, or an empty text.</summary>
    public static string Misuse => Marshal.PtrToStringUTF8(segrStandInMisuse()) ?? "";

    private static string? Load()
    {
        var path = Path.Combine(Golden.RepositoryRoot, "artifacts", "native-tests", "libsegr_stand_in_cuda.so");
        if (CustomOperatorLibrary.Problem is { } problem)
        {
            return problem;
        }

        if (!File.Exists(path))
        {
            return $"'{path}' is absent: the native build with tests makes it";
        }

        // The process's own environment, which native code reads; .NET keeps a copy.
        _ = setenv("SEGR_CUDA_DRIVER", path, 1);
        NativeLibrary.SetDllImportResolver(typeof(StandIn).Assembly, (name, _, _) => name == "stand-in" ? NativeLibrary.Load(path) : 0);
        try
        {
            GpuDevice.Open(0);
            return null;
        }
        catch (GpuException error)
        {
            return error.Message;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("stand-in")]
    private static partial void segrStandInReset();

    [LibraryImport("stand-in", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void segrStandInFail(string function, long after, int code);

    [LibraryImport("stand-in", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void segrStandInSet(string name, long value);

    [LibraryImport("stand-in", StringMarshalling = StringMarshalling.Utf8)]
    private static partial long segrStandInGet(string name);

    [LibraryImport("stand-in")]
    private static partial nint segrStandInMisuse();
}
