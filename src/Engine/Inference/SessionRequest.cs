using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Inference;

/// <summary>What a session is made with besides the settings that all share.</summary>
/// <param name="Provider">What runs it.</param>
/// <param name="Threads">Threads that one run may use on the CPU.</param>
internal sealed record SessionRequest(ExecutionProvider Provider, int Threads)
{
    /// <summary>TensorRT: folder of this model's engines on this machine, or null for none.</summary>
    public string? EngineFolder { get; init; }

    /// <summary>TensorRT: shapes of the inputs that are free.</summary>
    public IReadOnlyList<ShapeRange> Ranges { get; init; } = [];

    /// <summary>The GPU whose stream it shall run on, or null for streams of its own.</summary>
    public GpuDevice? Stream { get; init; }

    /// <summary>True to record the network as a CUDA graph.</summary>
    public bool CudaGraph { get; init; }

    /// <summary>The settings as ONNX Runtime takes them; the caller disposes them.</summary>
    public SessionOptions CreateOptions(InferenceSettings settings)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = Threads,
        };
        try
        {
            // Threads spin between the operators of one run, which are microseconds apart, but not for longer than it takes to wake one, and
            // not between runs: the processors belong to the other stages of the pipeline then.
            options.AddSessionConfigEntry("session.intra_op.spin_duration_us", "50");
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            if (settings.ProfilePrefix is { } prefix)
            {
                options.ProfileOutputPathPrefix = prefix;
                options.EnableProfiling = true;
            }

            if (Provider == ExecutionProvider.TensorRt)
            {
                GpuOptions.AddTensorRt(options, settings, this);
            }

            // What TensorRT does not take falls to CUDA, not to the CPU.
            if (Provider is ExecutionProvider.TensorRt or ExecutionProvider.Cuda)
            {
                GpuOptions.AddCuda(options, settings, this);
            }

            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }
}
