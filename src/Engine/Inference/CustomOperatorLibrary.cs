using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Inference;

/// <summary>The library of this project's own CPU operators (native/cpu), beside the program.</summary>
public static class CustomOperatorLibrary
{
    /// <summary>Version of operators and functions that this program needs of the library; see segr_ops_version in native/cpu/src/ops/register.cpp.</summary>
    private const int Version = 1;

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

        if (FindVersionProblem(Path) is { } problem)
        {
            return problem;
        }

        OrtEnvironment.Require();
        using var options = new SessionOptions();
        try
        {
            Register(options);
        }
        catch (OnnxRuntimeException error)
        {
            return FirstLine(error.Message);
        }

        try
        {
            using var session = new InferenceSession(TrialModel(), options);
            return null;
        }
        catch (OnnxRuntimeException)
        {
            return $"{System.IO.Path.GetFileName(Path)} is older than this program (./segr setup builds it)";
        }
    }

    /// <summary>Why a library is of no use to this program, asked before anything else of it is used; null where it can be used, or cannot be loaded at all.</summary>
    internal static unsafe string? FindVersionProblem(string path)
    {
        if (!NativeLibrary.TryLoad(path, out var library))
        {
            return null;
        }

        // It stays loaded: ONNX Runtime will ask for it again.
        var version = NativeLibrary.TryGetExport(library, "segr_ops_version", out var function) ? ((delegate* unmanaged<int>)function)() : 0;
        return version == Version ? null : $"{path} has version {version} of its interface, this program needs {Version}: run './segr setup', which builds it";
    }

    // A small model of the operators that graphs use, so that a library left from an older build is found out here and not by a model.
    private static byte[] TrialModel()
    {
        const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;
        var graph = new GraphBuilder("trial", WeightTable.None, new GraphOperators(Custom: true));
        var pixels = graph.Input("pixels", Float, 1, "h", "w", 1);
        var one = graph.Constant([1f], 1);
        var kernel = graph.Constant(new float[49], 1, 1, 7, 7);
        var matrix = graph.Constant([1f], 1, 1);
        var depthwise = graph.CustomNode("DepthwiseConv7x7LayerNorm", [pixels, kernel, one, one, one]);
        var convolved = graph.ConvolveChannelsLast(depthwise, graph.Constant([1f], 1, 1, 1, 1), null, 1, 0);
        var mlp = graph.CustomNode("Mlp", [graph.Linear(convolved, matrix, one), matrix, one, matrix, one]);
        graph.Output("y", mlp, Float, 1, "h", "w", 1);
        return graph.Build();
    }

    /// <summary>A small model of the operators that graphs for the CUDA provider use.</summary>
    internal static byte[] GpuTrialModel()
    {
        const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;
        var graph = new GraphBuilder("trial", WeightTable.None, new GraphOperators(Custom: true, Target: GraphTarget.Cuda));
        var pixels = graph.Input("pixels", Float, 1, "h", "w", 4);
        var four = graph.Constant([1f, 1f, 1f, 1f], 4);
        var normalised = graph.CustomNode("DepthwiseConv7x7LayerNorm", [pixels, graph.Constant(new float[4 * 49], 4, 1, 7, 7), four, four, four]);
        var heard = graph.CustomNode(
            "MSDeformAttnFused",
            [graph.Reshape(normalised, 1, Dim.Infer, 4), graph.Constant([1L, 1L], 1, 2), graph.Input("raw", Float, 1, "queries", 3)],
            ("num_heads", 1),
            ("num_points", 1));
        graph.Output("y", heard, Float, 1, "queries", 4);
        return graph.Build();
    }

    internal static string FirstLine(string message) => message.AsSpan().Trim().IndexOfAny('\r', '\n') is var end and >= 0
        ? message.Trim()[..end]
        : message.Trim();
}
