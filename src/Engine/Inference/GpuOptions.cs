using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace OpenSegR.Realtime.Inference;

/// <summary>The settings of ONNX Runtime's GPU providers: see its documentation of the CUDA and TensorRT execution providers.</summary>
internal static class GpuOptions
{
    /// <summary>The plugin library of native/tensorrt, beside the program where it was built.</summary>
    public static string PluginPath { get; } = Path.Combine(AppContext.BaseDirectory, "libsegr_tensorrt.so");

    /// <summary>True where TensorRT can be given this project's deformable attention.</summary>
    public static bool HasPlugin => File.Exists(PluginPath);

    /// <summary>Adds the CUDA provider.</summary>
    public static void AddCuda(SessionOptions options, InferenceSettings settings, SessionRequest request)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(Cuda(settings, request));
        request.Stream?.UseStream(cuda, null);
        options.AppendExecutionProvider_CUDA(cuda);
    }

    /// <summary>Adds the TensorRT provider.</summary>
    public static void AddTensorRt(SessionOptions options, InferenceSettings settings, SessionRequest request)
    {
        using var tensorRt = new OrtTensorRTProviderOptions();
        tensorRt.UpdateOptions(TensorRt(settings, request));
        request.Stream?.UseStream(null, tensorRt);
        options.AppendExecutionProvider_Tensorrt(tensorRt);
    }

    /// <summary>The CUDA provider's settings as it takes them.</summary>
    internal static Dictionary<string, string> Cuda(InferenceSettings settings, SessionRequest request)
    {
        var entries = new Dictionary<string, string>
        {
            ["device_id"] = Text(settings.Device),
            ["cudnn_conv_algo_search"] = "HEURISTIC",

            // fp32 means fp32: TF32 keeps 11 bits of each factor, as half precision does, which is faster still.
            ["use_tf32"] = "0",
        };
        // With TensorRT above it this provider has what is left over, which is not recorded.
        if (request is { CudaGraph: true, Provider: ExecutionProvider.Cuda })
        {
            entries["enable_cuda_graph"] = "1";
        }

        if (settings.GpuMemoryLimitBytes is { } limit)
        {
            entries["gpu_mem_limit"] = Text(limit);

            // Doubling could pass the limit where the next block alone would not.
            entries["arena_extend_strategy"] = "kSameAsRequested";
        }

        return entries;
    }

    /// <summary>
    /// TensorRT's settings as its provider takes them. Precision is the graph's own: without trt_fp16_enable and trt_bf16_enable the provider
    /// makes a strongly typed network, which computes in the types that the graph has; with one of them TensorRT chooses for itself, islands
    /// included.
    /// </summary>
    internal static Dictionary<string, string> TensorRt(InferenceSettings settings, SessionRequest request)
    {
        var entries = new Dictionary<string, string> { ["device_id"] = Text(settings.Device) };
        if (request.EngineFolder is { } cacheFolder)
        {
            // Building an engine takes minutes, loading one a second.
            entries["trt_engine_cache_enable"] = "1";
            entries["trt_engine_cache_path"] = cacheFolder;
            entries["trt_timing_cache_enable"] = "1";
            entries["trt_timing_cache_path"] = cacheFolder;
        }

        if (request.CudaGraph)
        {
            entries["trt_cuda_graph_enable"] = "1";
        }

        if (HasPlugin)
        {
            entries["trt_extra_plugin_lib_paths"] = PluginPath;
        }

        if (settings.GpuMemoryLimitBytes is { } limit)
        {
            entries["trt_max_workspace_size"] = Text(limit / 2);
        }

        if (request.Ranges is { Count: > 0 } ranges)
        {
            entries["trt_profile_min_shapes"] = Shapes(ranges, range => range.Smallest);
            entries["trt_profile_opt_shapes"] = Shapes(ranges, range => range.Usual);
            entries["trt_profile_max_shapes"] = Shapes(ranges, range => range.Largest);
        }

        return entries;
    }

    private static string Shapes(IReadOnlyList<ShapeRange> ranges, Func<ShapeRange, long[]> sides) =>
        string.Join(',', ranges.Select(range => $"{range.Input}:{string.Join('x', sides(range).Select(Text))}"));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
