using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class GpuOptionsTests
{
    private static readonly SessionRequest Cuda = new(ExecutionProvider.Cuda, 1);
    private static readonly SessionRequest TensorRt = new(ExecutionProvider.TensorRt, 1);

    [Fact]
    public void TheCudaProviderGetsTheDeviceAndTheMemoryLimit()
    {
        var entries = GpuOptions.Cuda(new InferenceSettings { Device = 3, GpuMemoryLimitBytes = 2L << 30 }, Cuda);
        Assert.Equal("3", entries["device_id"]);
        Assert.Equal("2147483648", entries["gpu_mem_limit"]);
        Assert.Equal("kSameAsRequested", entries["arena_extend_strategy"]);
        Assert.Equal("0", entries["use_tf32"]);
        Assert.DoesNotContain("gpu_mem_limit", GpuOptions.Cuda(new InferenceSettings(), Cuda).Keys);
    }

    [Fact]
    public void TensorRtGetsAProfileForTheFreeSides()
    {
        var entries = GpuOptions.TensorRt(
            new InferenceSettings(),
            TensorRt with
            {
                EngineFolder = "/engines/x",
                Ranges = [new("image", [1, 3, 32, 32], [1, 3, 640, 640], [1, 3, 1280, 1280]), new("groups", [1, 1, 1], [1, 64, 4], [16, 1024, 64])],
            });
        Assert.Equal("image:1x3x32x32,groups:1x1x1", entries["trt_profile_min_shapes"]);
        Assert.Equal("image:1x3x640x640,groups:1x64x4", entries["trt_profile_opt_shapes"]);
        Assert.Equal("image:1x3x1280x1280,groups:16x1024x64", entries["trt_profile_max_shapes"]);
        Assert.Equal("/engines/x", entries["trt_engine_cache_path"]);
        Assert.Equal("1", entries["trt_timing_cache_enable"]);
        Assert.DoesNotContain("trt_engine_cache_enable", GpuOptions.TensorRt(new InferenceSettings(), TensorRt).Keys);
    }

    [Fact]
    public void ANetworkIsRecordedByTheProviderThatRunsIt()
    {
        var settings = new InferenceSettings();
        Assert.Equal("1", GpuOptions.Cuda(settings, Cuda with { CudaGraph = true })["enable_cuda_graph"]);
        Assert.Equal("1", GpuOptions.TensorRt(settings, TensorRt with { CudaGraph = true })["trt_cuda_graph_enable"]);
        Assert.DoesNotContain("enable_cuda_graph", GpuOptions.Cuda(settings, TensorRt with { CudaGraph = true }).Keys);
        Assert.DoesNotContain("enable_cuda_graph", GpuOptions.Cuda(settings, Cuda).Keys);
    }

    [Fact]
    public void CudaGraphsOnTheCpuAreLeftOutAndItIsSaid()
    {
        List<string> notices = [];
        var factory = new SessionFactory(
            new InferenceSettings { Provider = ExecutionProvider.Cpu, CustomOperators = false, CudaGraphs = true }, notices.Add);
        Assert.False(factory.UsesCudaGraphs);
        Assert.Equal("running without CUDA graphs: they need a GPU", Assert.Single(notices));
    }

    [Fact]
    public void WhatAMachineLacksIsNamedWithTheRemedy()
    {
        var absent = new GpuRequirement("thing", ["libsegr-there-is-none.so.1", "libc.so.6"], "get it");
        Assert.Equal(["libsegr-there-is-none.so.1"], absent.Missing());
        Assert.All(GpuRequirement.All, requirement => Assert.NotEmpty(requirement.Remedy));
    }

    [Fact]
    public void HalfPrecisionOnTheCpuIsSingleAndItIsSaid()
    {
        List<string> notices = [];
        var factory = new SessionFactory(
            new InferenceSettings { Provider = ExecutionProvider.Cpu, CustomOperators = false, Precision = Realtime.Graph.ProductPrecision.Fp16 }, notices.Add);
        Assert.Null(factory.Operators.HalfType);
        Assert.Equal("running in fp32: half precision needs a GPU", Assert.Single(notices));
    }

    [Theory]
    [InlineData(7, 5, false)]
    [InlineData(8, 0, true)]
    [InlineData(9, 0, true)]
    public void Bfloat16NeedsAGpuThatHasIt(int major, int minor, bool works)
    {
        var gpu = new GpuDescription("a GPU", new Version(major, minor), new Version(13, 0), 1);
        Assert.Null(gpu.Problem);
        Assert.Equal(works ? null : "a GPU has compute capability 7.5, bf16 needs 8.0 or newer (fp16 works)", gpu.Bfloat16Problem);
    }

    [Fact]
    public void PrecisionIsTheGraphsAndNotTensorRts()
    {
        var settings = new InferenceSettings { Precision = Realtime.Graph.ProductPrecision.Bf16 };
        Assert.DoesNotContain(GpuOptions.TensorRt(settings, new SessionRequest(ExecutionProvider.TensorRt, 1)).Keys, key => key is "trt_fp16_enable" or "trt_bf16_enable");
    }
}
