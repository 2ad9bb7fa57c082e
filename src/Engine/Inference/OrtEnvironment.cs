using Microsoft.ML.OnnxRuntime;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// ONNX Runtime's process-wide state. Its own log is off unless <see cref="Verbose"/> was set before the first use: whatever is wrong comes
/// as an exception, and a provider that is tried and found missing would fill the terminal otherwise.
/// </summary>
public static class OrtEnvironment
{
    private static readonly Lazy<OrtEnv> Shared = new(Create);

    /// <summary>True to let ONNX Runtime write its warnings to standard error. Has no effect after the first session.</summary>
    public static bool Verbose { get; set; }

    /// <summary>ONNX Runtime's version, such as "1.29.0".</summary>
    /// <exception cref="SegrException">The native library is missing.</exception>
    public static string Version => Require().GetVersionString();

    /// <summary>Creates the environment where there is none yet.</summary>
    /// <exception cref="SegrException">The native library is missing.</exception>
    internal static OrtEnv Require()
    {
        try
        {
            return Shared.Value;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new SegrException("ONNX Runtime's library (libonnxruntime) is not beside the program: run './segr setup'", error);
        }
    }

    private static OrtEnv Create()
    {
        if (OrtEnv.IsCreated)
        {
            return OrtEnv.Instance();
        }

        var options = new EnvironmentCreationOptions
        {
            logId = "segr",
            logLevel = Verbose ? OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING : OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        return OrtEnv.CreateInstanceWithOptions(ref options);
    }
}
