using System.CommandLine;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>Which model runs, where, and at what size.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model", "-m")
    {
        Description = "Model folder, checkpoint file (.pth, .safetensors) or name under models/",
        DefaultValueFactory = _ => "demo",
        HelpName = "DIR|FILE|NAME",
    };

    private readonly Option<string> _provider = new("--ep")
    {
        Description = "Where the network runs: auto tries TensorRT, CUDA, then the CPU",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<double?> _gpuMemory = new("--gpu-memory")
    {
        Description = "Most GPU memory that a network's arena may take, in GB; without it no limit",
        HelpName = "GB",
    };

    private readonly Option<bool> _cudaGraph = new("--cuda-graph")
    {
        Description = "Record the network on a GPU as a CUDA graph: less work for the CPU at each frame, more GPU memory",
    };

    private readonly Option<double?> _engineTimeout = new("--engine-timeout")
    {
        Description = "The longest that TensorRT may take to prepare a network; with --ep auto CUDA takes over then (30)",
        HelpName = "MIN",
    };

    private readonly Option<string?> _size = new("--size")
    {
        Description = "Size of the network's input, multiples of 32; without it the model's own rule for the shorter side",
        HelpName = "WxH",
    };

    private readonly Option<int?> _topClasses = new("--top-classes")
    {
        Description = "SED models: classes that a pixel may keep alive in each decoder step; faster with many classes, other scores",
        HelpName = "N",
    };

    private readonly Option<int?> _threads = new("--threads") { Description = "Threads of the network on the CPU; without it all cores", HelpName = "N" };

    private readonly Option<string> _precision = new("--precision")
    {
        Description = "Precision of the large products: fp32 agrees with the reference; bf16, int8 (CPU) and fp16 (GPU) trade agreement for speed",
        DefaultValueFactory = _ => "fp32",
    };

    private readonly Option<bool> _noCustomOps = new("--no-custom-ops") { Description = "Standard ONNX operators only" };

    public ModelOptions()
    {
        _provider.AcceptOnlyFromAmong("auto", "tensorrt", "cuda", "cpu");
        _precision.AcceptOnlyFromAmong("fp32", "bf16", "fp16", "int8");
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_provider);
        command.Options.Add(_gpuMemory);
        command.Options.Add(_cudaGraph);
        command.Options.Add(_engineTimeout);
        command.Options.Add(_size);
        command.Options.Add(_topClasses);
        command.Options.Add(_threads);
        command.Options.Add(_precision);
        command.Options.Add(_noCustomOps);
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    public string Provider(ParseResult parsed) => parsed.GetValue(_provider)!;

    public long? GpuMemoryBytes(ParseResult parsed) => parsed.GetValue(_gpuMemory) switch
    {
        null => null,
        >= 0.1 and <= 1024 and var gigabytes => (long)(gigabytes * (1L << 30)),
        var other => throw new InputException($"--gpu-memory {other}: must be 0.1 to 1024 (GB)"),
    };

    public bool CudaGraph(ParseResult parsed) => parsed.GetValue(_cudaGraph);

    public TimeSpan EngineTimeout(ParseResult parsed) => parsed.GetValue(_engineTimeout) switch
    {
        null => new InferenceSettings().EngineTimeout,
        >= 0.1 and <= 1440 and var minutes => TimeSpan.FromMinutes(minutes),
        var other => throw new InputException($"--engine-timeout {other}: must be 0.1 to 1440 (minutes)"),
    };

    public ProductPrecision Precision(ParseResult parsed) => Enum.Parse<ProductPrecision>(parsed.GetValue(_precision)!, ignoreCase: true);

    public InputSize? Size(ParseResult parsed) => parsed.GetValue(_size) is { } text ? InputSize.Parse(text) : null;

    /// <summary>How pictures are laid into the network, apart from post-processing.</summary>
    public SegmentorOptions Segmentor(ParseResult parsed) => new()
    {
        InputSize = Size(parsed) is { } size ? (size.Width, size.Height) : null,
        TopClasses = parsed.GetValue(_topClasses) is { } top ? top >= 1 ? top : throw new InputException($"--top-classes {top}: must be at least 1") : null,
    };

    public bool CustomOps(ParseResult parsed) => !parsed.GetValue(_noCustomOps);

    public int? Threads(ParseResult parsed)
    {
        var threads = parsed.GetValue(_threads);
        return threads is < 1 or > 1024 ? throw new InputException($"--threads {threads}: must be 1 to 1024") : threads;
    }
}
