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
    private readonly CancellationToken _cancellation;
    private readonly HashSet<string> _told = [];

    /// <summary>Decides on the provider by trying it, and on custom operators by loading them.</summary>
    /// <param name="settings">How networks are run.</param>
    /// <param name="notice">Told, in one line each, what was not used and why; may be null.</param>
    /// <param name="cancellationToken">Ends a wait for TensorRT.</param>
    /// <exception cref="SegrException">The provider asked for does not work, or ONNX Runtime's library is missing.</exception>
    public SessionFactory(InferenceSettings settings, Action<string>? notice = null, CancellationToken cancellationToken = default)
        : this(settings, notice, ChooseProvider(settings, notice), cancellationToken)
    {
    }

    private SessionFactory(InferenceSettings settings, Action<string>? notice, ExecutionProvider provider, CancellationToken cancellation)
    {
        _cancellation = cancellation;
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
        UsesCudaGraphs = settings.CudaGraphs && Gpu is not null;
        if (settings.CudaGraphs && !UsesCudaGraphs)
        {
            Notify($"running without CUDA graphs: {(provider == ExecutionProvider.Cpu ? "they need a GPU" : "frames must go over the GPU for them")}");
        }
    }

    /// <summary>The provider in use, never <see cref="ExecutionProvider.Auto"/>.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>True where graphs may use this project's own operators.</summary>
    public bool UsesCustomOperators { get; }

    /// <summary>The GPU that frames go through on their way to the network and from it, or null where the CPU prepares and labels them.</summary>
    internal GpuDevice? Gpu { get; }

    /// <summary>True where networks for frames are recorded as CUDA graphs; false from the first one on that cannot be.</summary>
    internal bool UsesCudaGraphs { get; private set; }

    /// <summary>What graphs for these sessions may be made of.</summary>
    internal GraphOperators Operators { get; }

    /// <summary>Threads that one run may use on the CPU.</summary>
    public int Threads => _settings.Threads > 0 ? _settings.Threads : Environment.ProcessorCount;

    /// <summary>True where the CPU runs networks with nothing of a GPU in between.</summary>
    internal bool RunsSideBySide => Provider == ExecutionProvider.Cpu && Gpu is null;

    /// <summary>To be held while a session of this factory may have the GPU do something; nothing where networks do not share one with frames.</summary>
    internal GpuUse UseGpu() => Gpu is { } gpu ? gpu.Use() : default;

    /// <summary>Tells the user something, in one line.</summary>
    internal void Notify(string line) => _notice?.Invoke(line);

    /// <summary>The same, unless it was told before.</summary>
    internal void NotifyOnce(string line)
    {
        lock (_told)
        {
            if (!_told.Add(line))
            {
                return;
            }
        }

        Notify(line);
    }

    /// <summary>What comes next after a provider that failed at work: the same settings with the next one that works, the CPU in the end.</summary>
    /// <param name="why">What happened, in one line.</param>
    /// <returns>Null where the user asked for this provider and no other, and where it is the CPU.</returns>
    internal SessionFactory? FallBack(string why)
    {
        if (_settings.Provider != ExecutionProvider.Auto || (Provider == ExecutionProvider.Cpu && !_settings.GpuFramesOnCpu))
        {
            return null;
        }

        var next = Provider == ExecutionProvider.TensorRt && FindProblem(ExecutionProvider.Cuda, _settings.Device) is null
            ? ExecutionProvider.Cuda : ExecutionProvider.Cpu;
        Notify($"{Provider.Name()} failed, going on with {next.Name()}: {why}");
        return new SessionFactory(_settings with { GpuFramesOnCpu = false }, _notice, next, _cancellation);
    }

    /// <summary>Creates a session.</summary>
    /// <param name="model">Bytes of an ONNX file.</param>
    /// <param name="weightsFolder">Folder that its external data lies in, or null where it has none.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="ranges">Shapes of the inputs that are free; null where the provider needs not know.</param>
    /// <param name="runs">Runs side by side, which share the threads of the CPU.</param>
    /// <param name="weightsHash">Hash of its external data, which TensorRT's engines are kept by; null for a model that has none.</param>
    /// <exception cref="ModelException">ONNX Runtime rejects the model.</exception>
    /// <exception cref="SegrException">TensorRT took longer than it may.</exception>
    /// <exception cref="OperationCanceledException">The user did not want to wait for TensorRT any longer.</exception>
    internal InferenceSession Create(
        byte[] model, string? weightsFolder, SessionPurpose purpose = SessionPurpose.Inspection, IReadOnlyList<ShapeRange>? ranges = null,
        int runs = 1, string? weightsHash = null)
    {
        var provider = Provider == ExecutionProvider.TensorRt && purpose == SessionPurpose.Text ? ExecutionProvider.Cuda : Provider;
        var request = new SessionRequest(provider, Math.Max(1, Threads / runs))
        {
            Ranges = ranges ?? [],
            Stream = purpose == SessionPurpose.Frames && provider != ExecutionProvider.Cpu ? Gpu : null,
            CudaGraph = purpose == SessionPurpose.Frames && UsesCudaGraphs,
        };
        return provider == ExecutionProvider.TensorRt ? CreateEngine(model, weightsFolder, weightsHash ?? "", request) : Create(model, weightsFolder, request);
    }

    private InferenceSession CreateEngine(byte[] model, string? weightsFolder, string weightsHash, SessionRequest request)
    {
        var engines = EngineCache.Open(
            _settings.CacheFolder,
            model,
            weightsHash,
            EngineCache.DescribeMachine(OrtEnvironment.Version),
            _settings.EngineTimeout,
            () => Notify("another process is building the same TensorRT engine: waiting for it"),
            _cancellation);
        if (!engines.HasEngines)
        {
            Notify("TensorRT prepares the network; the first time that takes minutes");
        }

        InferenceSession Build()
        {
            // Until it is done the folder is this process's, whether somebody still waits for it or not.
            using (engines)
            {
                return engines.Use(folder => Create(model, weightsFolder, request with { EngineFolder = folder }), Notify);
            }
        }

        return EngineBuild.Wait(
            Build,
            _settings.EngineTimeout,
            elapsed => Notify($"TensorRT is still preparing the network ({elapsed.TotalSeconds:0} s)"),
            session => session.Dispose(),
            _cancellation);
    }

    private InferenceSession Create(byte[] model, string? weightsFolder, SessionRequest request)
    {
        using var options = request.CreateOptions(_settings);
        if (weightsFolder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetFullPath(weightsFolder));
        }

        if (UsesCustomOperators && request.Provider != ExecutionProvider.TensorRt)
        {
            CustomOperatorLibrary.Register(options);
        }

        try
        {
            // Not while a network is recorded. TensorRT would keep recordings waiting for minutes instead.
            using var use = request.Provider == ExecutionProvider.Cuda ? UseGpu() : default;
            return new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException error) when (request.CudaGraph)
        {
            UsesCudaGraphs = false;
            Notify($"running without CUDA graphs: {CustomOperatorLibrary.FirstLine(error.Message)}");
            return Create(model, weightsFolder, request with { CudaGraph = false });
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

        var library = provider.LibraryName();
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, library)))
        {
            return $"{library} is not beside the program (./segr setup --gpu fetches it)";
        }

        if (GpuRequirement.FirstMissing(provider) is { } missing)
        {
            return missing;
        }

        OrtEnvironment.Require();
        if (GpuDescription.FindProblem(device) is { } unfit)
        {
            return unfit;
        }

        try
        {
            using var options = new SessionRequest(provider, 1).CreateOptions(new InferenceSettings { Device = device });
            using var session = new InferenceSession(ExecutionProviderNames.ProbeModel(), options);
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
            using var options = new SessionRequest(Provider, 1).CreateOptions(_settings);
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
            ProductPrecision.Bf16 when Provider != ExecutionProvider.Cpu => GpuDescription.FindBfloat16Problem(_settings.Device),
            ProductPrecision.Int8 when Provider != ExecutionProvider.Cpu => "int8 products need the CPU",
            ProductPrecision.Bf16 or ProductPrecision.Int8 when !UsesCustomOperators =>
                $"{(wanted == ProductPrecision.Int8 ? "int8" : "bf16")} products need this project's own operators",
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
                ? throw new SegrException($"{settings.Provider.Name()} cannot be used: {problem}")
                : settings.Provider;
        }

        foreach (var provider in new[] { ExecutionProvider.TensorRt, ExecutionProvider.Cuda })
        {
            if (FindProblem(provider, settings.Device) is not { } problem)
            {
                return provider;
            }

            notice?.Invoke($"not using {provider.Name()}: {problem}");
        }

        return ExecutionProvider.Cpu;
    }
}
