using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Creates ONNX Runtime sessions, all with the same provider and settings. What could not be used and why is told once, to the
/// <c>notice</c> callback. Thread-safe.
/// </summary>
public sealed class SessionFactory
{
    private readonly InferenceSettings _settings;

    /// <summary>Decides on the provider by trying it, and on custom operators by loading them.</summary>
    /// <param name="settings">How networks are run.</param>
    /// <param name="notice">Told, in one line each, what was not used and why; may be null.</param>
    /// <exception cref="SegrException">The provider asked for does not work, or ONNX Runtime's library is missing.</exception>
    public SessionFactory(InferenceSettings settings, Action<string>? notice = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        OrtEnvironment.Require();
        _settings = settings;
        Provider = ChooseProvider(settings, notice);
        UsesCustomOperators = settings.CustomOperators && Provider == ExecutionProvider.Cpu && CustomOperatorLibrary.Problem is null;
        if (settings.CustomOperators && Provider == ExecutionProvider.Cpu && CustomOperatorLibrary.Problem is { } problem)
        {
            notice?.Invoke($"running without custom operators, slower: {problem}");
        }

        if (settings.Precision != ProductPrecision.Fp32 && !UsesCustomOperators)
        {
            notice?.Invoke($"running in fp32: {settings.Precision} products need the CPU and its custom operators");
        }
    }

    /// <summary>The provider in use, never <see cref="ExecutionProvider.Auto"/>.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>True where graphs may use this project's own operators.</summary>
    public bool UsesCustomOperators { get; }

    /// <summary>What graphs for these sessions may be made of.</summary>
    internal GraphOperators Operators => new(UsesCustomOperators, UsesCustomOperators ? _settings.Precision : ProductPrecision.Fp32);

    /// <summary>Threads that one run may use on the CPU.</summary>
    public int Threads => _settings.Threads > 0 ? _settings.Threads : Environment.ProcessorCount;

    /// <summary>Creates a session.</summary>
    /// <param name="model">Bytes of an ONNX file.</param>
    /// <param name="weightsFolder">Folder that its external data lies in, or null where it has none.</param>
    /// <exception cref="ModelException">ONNX Runtime rejects the model.</exception>
    internal InferenceSession Create(byte[] model, string? weightsFolder)
    {
        using var options = CreateOptions(_settings, Provider, Threads);
        if (weightsFolder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetFullPath(weightsFolder));
        }

        if (UsesCustomOperators)
        {
            CustomOperatorLibrary.Register(options);
        }

        try
        {
            return new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelException(
                $"the model in '{weightsFolder}' cannot be loaded: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
        }
    }

    /// <summary>Why a provider cannot be used here, in one line, or null where it can.</summary>
    public static string? FindProblem(ExecutionProvider provider, int device = 0)
    {
        if (provider is ExecutionProvider.Cpu or ExecutionProvider.Auto)
        {
            return null;
        }

        var library = ProviderLibrary(provider);
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, library)))
        {
            return $"{library} is not beside the program (./segr setup --gpu fetches it)";
        }

        OrtEnvironment.Require();
        try
        {
            using var options = CreateOptions(new InferenceSettings { Device = device }, provider, 1);
            using var session = new InferenceSession(TinyModel(), options);
            return null;
        }
        catch (Exception error) when (error is OnnxRuntimeException or EntryPointNotFoundException)
        {
            return CustomOperatorLibrary.FirstLine(error.Message);
        }
    }

    private static ExecutionProvider ChooseProvider(InferenceSettings settings, Action<string>? notice)
    {
        if (settings.Provider != ExecutionProvider.Auto)
        {
            return FindProblem(settings.Provider, settings.Device) is { } problem
                ? throw new SegrException($"{Name(settings.Provider)} cannot be used: {problem}")
                : settings.Provider;
        }

        foreach (var provider in new[] { ExecutionProvider.TensorRt, ExecutionProvider.Cuda })
        {
            if (FindProblem(provider, settings.Device) is not { } problem)
            {
                return provider;
            }

            notice?.Invoke($"not using {Name(provider)}: {problem}");
        }

        return ExecutionProvider.Cpu;
    }

    private static SessionOptions CreateOptions(InferenceSettings settings, ExecutionProvider provider, int threads)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
        };
        try
        {
            // Threads spin between the operators of one run, which are microseconds apart, but leave the processors to the other stages
            // of the pipeline between runs.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            if (settings.ProfilePrefix is { } prefix)
            {
                options.ProfileOutputPathPrefix = prefix;
                options.EnableProfiling = true;
            }

            AddProvider(options, settings, provider);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static void AddProvider(SessionOptions options, InferenceSettings settings, ExecutionProvider provider)
    {
        var device = settings.Device.ToString();
        if (provider == ExecutionProvider.TensorRt)
        {
            using var tensorRt = new OrtTensorRTProviderOptions();
            var entries = new Dictionary<string, string> { ["device_id"] = device };
            if (settings.CacheFolder is { } folder)
            {
                // Building an engine takes minutes, loading one a second.
                entries["trt_engine_cache_enable"] = "1";
                entries["trt_engine_cache_path"] = folder;
                entries["trt_timing_cache_enable"] = "1";
                entries["trt_timing_cache_path"] = folder;
            }

            tensorRt.UpdateOptions(entries);
            options.AppendExecutionProvider_Tensorrt(tensorRt);
        }

        // What TensorRT does not take falls to CUDA, not to the CPU.
        if (provider is ExecutionProvider.TensorRt or ExecutionProvider.Cuda)
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string> { ["device_id"] = device, ["cudnn_conv_algo_search"] = "HEURISTIC" });
            options.AppendExecutionProvider_CUDA(cuda);
        }
    }

    private static string ProviderLibrary(ExecutionProvider provider)
    {
        var name = provider == ExecutionProvider.TensorRt ? "onnxruntime_providers_tensorrt" : "onnxruntime_providers_cuda";
        return OperatingSystem.IsWindows() ? name + ".dll" : $"lib{name}.so";
    }

    private static string Name(ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.TensorRt => "TensorRT",
        ExecutionProvider.Cuda => "CUDA",
        _ => "the CPU",
    };

    // One addition: enough to make a provider load its libraries and open the device.
    private static byte[] TinyModel()
    {
        var graph = new GraphBuilder("probe", WeightTable.None);
        var input = graph.Input("x", Graph.Protos.TensorProto.Types.DataType.Float, 1);
        graph.Output("y", graph.Add(input, graph.Scalar(1f)), Graph.Protos.TensorProto.Types.DataType.Float, 1);
        return graph.Build();
    }
}
