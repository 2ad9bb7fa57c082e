using OpenSegR.Realtime.Graph;

namespace OpenSegR.Realtime.Inference;

/// <summary>What the providers are called, and how one is tried.</summary>
internal static class ExecutionProviderNames
{
    /// <summary>File name of the ONNX Runtime library that a GPU provider is in.</summary>
    public static string LibraryName(this ExecutionProvider provider)
    {
        var name = provider == ExecutionProvider.TensorRt ? "onnxruntime_providers_tensorrt" : "onnxruntime_providers_cuda";
        return OperatingSystem.IsWindows() ? name + ".dll" : $"lib{name}.so";
    }

    /// <summary>What a user calls it.</summary>
    public static string Name(this ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.TensorRt => "TensorRT",
        ExecutionProvider.Cuda => "CUDA",
        _ => "the CPU",
    };

    /// <summary>One addition: enough to make a provider load its libraries and open the device.</summary>
    public static byte[] ProbeModel()
    {
        var graph = new GraphBuilder("probe", WeightTable.None);
        var input = graph.Input("x", Graph.Protos.TensorProto.Types.DataType.Float, 1);
        graph.Output("y", graph.Add(input, graph.Scalar(1f)), Graph.Protos.TensorProto.Types.DataType.Float, 1);
        return graph.Build();
    }
}
