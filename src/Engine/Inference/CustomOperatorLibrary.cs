using Microsoft.ML.OnnxRuntime;

namespace OpenSegR.Realtime.Inference;

/// <summary>The library of this project's own CPU operators (native/cpu), beside the program.</summary>
public static class CustomOperatorLibrary
{
    private static readonly Lazy<string?> Probe = new(FindProblem);

    /// <summary>Full path of the library on this system, whether it is there or not.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        AppContext.BaseDirectory,
        OperatingSystem.IsWindows() ? "segr_ops.dll" : OperatingSystem.IsMacOS() ? "libsegr_ops.dylib" : "libsegr_ops.so");

    /// <summary>Why the library cannot be used, in one line, or null where it can. Tried once.</summary>
    public static string? Problem => Probe.Value;

    /// <summary>Makes the operators known to sessions created with these options.</summary>
    internal static void Register(SessionOptions options) => options.RegisterCustomOpLibraryV2(Path, out _);

    private static string? FindProblem()
    {
        if (!File.Exists(Path))
        {
            return $"{System.IO.Path.GetFileName(Path)} is not beside the program (./segr setup builds it)";
        }

        OrtEnvironment.Require();
        using var options = new SessionOptions();
        try
        {
            Register(options);
            return null;
        }
        catch (OnnxRuntimeException error)
        {
            return FirstLine(error.Message);
        }
    }

    internal static string FirstLine(string message) => message.AsSpan().Trim().IndexOfAny('\r', '\n') is var end and >= 0
        ? message.Trim()[..end]
        : message.Trim();
}
