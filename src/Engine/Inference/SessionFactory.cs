using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Creates ONNX Runtime sessions, all with the same provider and settings. What could not be used and why is told once, to the
/// <c>notice</c> callback. Thread-safe.
/// </summary>
public sealed class SessionFactory
{
    private readonly InferenceSettings _settings;
    private readonly Action<string>? _notice;

    /// <summary>Decides on the provider by trying it, and on custom operators by loading them.</summary>
    /// <param name="settings">How networks are run.</param>
    /// <param name="notice">Told, in one line each, what was not used and why; may be null.</param>
    /// <exception cref="SegrException">The provider asked for does not work, or ONNX Runtime's library is missing.</exception>
    public SessionFactory(InferenceSettings settings, Action<string>? notice = null)
        : this(settings, notice, ChooseProvider(settings, notice))
    {
    }

    private SessionFactory(InferenceSettings settings, Action<string>? notice, ExecutionProvider provider)
    {
        _settings = settings;
        _notice = notice;
        Provider = provider;
        if (settings.CustomOperators)
        {
            var problem = FindOperatorProblem();
            UsesCustomOperators = problem is null;
            if (problem is not null)
            {
                notice?.Invoke($"running without custom operators, slower: {problem}");
            }
        }

        Operators = new GraphOperators(UsesCustomOperators, ChoosePrecision(notice), Provider switch
        {
            ExecutionProvider.TensorRt => GraphTarget.TensorRt,
            ExecutionProvider.Cuda => GraphTarget.Cuda,
            _ => GraphTarget.Cpu,
        });
        Gpu = OpenGpu();
    }

    /// <summary>The provider in use, never <see cref="ExecutionProvider.Auto"/>.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>True where graphs may use this project's own operators.</summary>
    public bool UsesCustomOperators { get; }

    /// <summary>The GPU that frames go through on their way to the network and from it, or null where the CPU prepares and labels them.</summary>
    internal GpuDevice? Gpu { get; }

    /// <summary>What graphs for these sessions may be made of.</summary>
    internal GraphOperators Operators { get; }

    /// <summary>Threads that one run may use on the CPU.</summary>
    public int Threads => _settings.Threads > 0 ? _settings.Threads : Environment.ProcessorCount;

    /// <summary>Tells the user something, in one line.</summary>
    internal void Notify(string line) => _notice?.Invoke(line);

    /// <summary>What comes next after a provider that failed at work: the same settings with the next one that works, the CPU in the end.</summary>
    /// <param name="why">What happened, in one line.</param>
    /// <returns>Null where the user asked for this provider and no other, and where it is the CPU.</returns>
    internal SessionFactory? FallBack(string why)
    {
        if (_settings.Provider != ExecutionProvider.Auto || Provider == ExecutionProvider.Cpu)
        {
            return null;
        }

        var next = Provider == ExecutionProvider.TensorRt && FindProblem(ExecutionProvider.Cuda, _settings.Device) is null
            ? ExecutionProvider.Cuda : ExecutionProvider.Cpu;
        Notify($"{Name(Provider)} failed, going on with {Name(next)}: {why}");
        return new SessionFactory(_settings, _notice, next);
    }

    /// <summary>Creates a session.</summary>
    /// <param name="model">Bytes of an ONNX file.</param>
    /// <param name="weightsFolder">Folder that its external data lies in, or null where it has none.</param>
    /// <param name="ranges">Shapes of the inputs that are free; null where the provider needs not know.</param>
    /// <param name="isSegmentor">True for a network that frames go through over <see cref="Gpu"/>, on its stream.</param>
    /// <exception cref="ModelException">ONNX Runtime rejects the model.</exception>
    internal InferenceSession Create(byte[] model, string? weightsFolder, IReadOnlyList<ShapeRange>? ranges = null, bool isSegmentor = false)
    {
        var stream = isSegmentor && Provider != ExecutionProvider.Cpu ? Gpu : null;
        if (Provider != ExecutionProvider.TensorRt)
        {
            return Create(model, weightsFolder, null, [], stream);
        }

        using var engines = EngineCache.Open(
            _settings.CacheFolder,
            model,
            EngineCache.DescribeMachine(OrtEnvironment.Version),
            () => _notice?.Invoke("another process is building the same TensorRT engine: waiting for it"));
        try
        {
            _notice?.Invoke("TensorRT prepares the network; the first time that takes minutes");
            return Create(model, weightsFolder, engines.Folder, ranges ?? [], stream);
        }
        catch (ModelException) when (engines.Folder is not null)
        {
            _notice?.Invoke("the TensorRT engine in the cache cannot be used: building it anew");
            engines.Clear();
            return Create(model, weightsFolder, engines.Folder, ranges ?? [], stream);
        }
    }

    private InferenceSession Create(
        byte[] model, string? weightsFolder, string? engineFolder, IReadOnlyList<ShapeRange> ranges, GpuDevice? stream)
    {
        using var options = CreateOptions(_settings, Provider, Threads, engineFolder, ranges, stream);
        if (weightsFolder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetFullPath(weightsFolder));
        }

        if (UsesCustomOperators && Provider != ExecutionProvider.TensorRt)
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

    /// <summary>
    /// Page-locked memory of a session on a GPU, from which frames go up and to which masks come down without a copy in between; null on the
    /// CPU, and where the provider has none.
    /// </summary>
    internal OrtAllocator? CreateHostMemory(InferenceSession session)
    {
        if (Provider == ExecutionProvider.Cpu)
        {
            return null;
        }

        using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, _settings.Device, OrtMemType.CpuOutput);
        try
        {
            return new OrtAllocator(session, memory);
        }
        catch (OnnxRuntimeException error)
        {
            _notice?.Invoke($"frames are copied through pageable memory, slower: {CustomOperatorLibrary.FirstLine(error.Message)}");
            return null;
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

        if (GpuRequirement.FirstMissing(provider) is { } missing)
        {
            return missing;
        }

        OrtEnvironment.Require();
        try
        {
            using var options = CreateOptions(new InferenceSettings { Device = device }, provider, 1, null, []);
            using var session = new InferenceSession(TinyModel(), options);
            return null;
        }
        catch (Exception error) when (error is OnnxRuntimeException or EntryPointNotFoundException)
        {
            return CustomOperatorLibrary.FirstLine(error.Message);
        }
    }

    // Why this project's operators cannot be used with the provider, or null where they can.
    private string? FindOperatorProblem()
    {
        if (Provider == ExecutionProvider.TensorRt)
        {
            return GpuOptions.HasPlugin ? null : $"{Path.GetFileName(GpuOptions.PluginPath)} is not beside the program (native/tensorrt builds it)";
        }

        if (CustomOperatorLibrary.Problem is { } problem || Provider == ExecutionProvider.Cpu)
        {
            return CustomOperatorLibrary.Problem;
        }

        try
        {
            // Loads the kernels onto the GPU, so that one that cannot run them is found out here.
            using var options = CreateOptions(_settings, Provider, 1, null, []);
            CustomOperatorLibrary.Register(options);
            using var session = new InferenceSession(CustomOperatorLibrary.GpuTrialModel(), options);
            return null;
        }
        catch (OnnxRuntimeException error)
        {
            return CustomOperatorLibrary.FirstLine(error.Message);
        }
    }

    private GpuDevice? OpenGpu()
    {
        if ((Provider == ExecutionProvider.Cpu && !_settings.GpuFramesOnCpu) || !_settings.CustomOperators)
        {
            return null;
        }

        try
        {
            return GpuDevice.Open(_settings.Device);
        }
        catch (GpuException error)
        {
            Notify($"frames are prepared and labelled on the CPU: {error.Message}");
            return null;
        }
    }

    private ProductPrecision ChoosePrecision(Action<string>? notice)
    {
        var wanted = _settings.Precision;
        var problem = wanted switch
        {
            ProductPrecision.Fp16 when Provider == ExecutionProvider.Cpu => "half precision needs a GPU",
            ProductPrecision.Bf16 or ProductPrecision.Int8 when Provider != ExecutionProvider.Cpu || !UsesCustomOperators =>
                $"{wanted} products need the CPU and its custom operators",
            _ => null,
        };
        if (problem is null)
        {
            return wanted;
        }

        notice?.Invoke($"running in fp32: {problem}");
        return ProductPrecision.Fp32;
    }

    private static ExecutionProvider ChooseProvider(InferenceSettings settings, Action<string>? notice)
    {
        ArgumentNullException.ThrowIfNull(settings);
        OrtEnvironment.Require();
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

    private static SessionOptions CreateOptions(
        InferenceSettings settings, ExecutionProvider provider, int threads, string? engineFolder, IReadOnlyList<ShapeRange> ranges,
        GpuDevice? stream = null)
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

            if (provider == ExecutionProvider.TensorRt)
            {
                GpuOptions.AddTensorRt(options, settings, engineFolder, ranges, stream);
            }

            // What TensorRT does not take falls to CUDA, not to the CPU.
            if (provider is ExecutionProvider.TensorRt or ExecutionProvider.Cuda)
            {
                GpuOptions.AddCuda(options, settings, stream);
            }

            return options;
        }
        catch
        {
            options.Dispose();
            throw;
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
