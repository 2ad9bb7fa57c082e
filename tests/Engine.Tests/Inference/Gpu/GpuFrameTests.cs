using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Import;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>
/// Frames on their way over a GPU, with a stand-in for its driver and ONNX Runtime's CPU provider for the network, against the way over the
/// CPU: the same network, the same rules.
/// </summary>
[Collection("stand-in GPU")]
public sealed class GpuFrameTests : IDisposable
{
    private readonly SegmentationResultPool _results = new();
    private readonly List<string> _notices = [];
    private readonly long _objects;

    public GpuFrameTests()
    {
        StandIn.Reset();
        _objects = StandIn.Get("objects");
    }

    public void Dispose()
    {
        Assert.Equal("", StandIn.Misuse);
        Assert.Equal(0, _results.InUse);
    }

    public static TheoryData<string, SegmentationMode, OutputResolution> Modes
    {
        get
        {
            var all = new TheoryData<string, SegmentationMode, OutputResolution>();
            foreach (var model in new[] { GoldenModel.Linear, GoldenModel.Panoptic })
            {
                foreach (var mode in Enum.GetValues<SegmentationMode>())
                {
                    all.Add(model, mode, OutputResolution.Stride4);
                    all.Add(model, mode, OutputResolution.Frame);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void MasksAreThoseOfTheCpu(string model, SegmentationMode mode, OutputResolution resolution)
    {
        using var golden = new GoldenCase(model, 1);
        var options = Options(mode, resolution);
        using (var gpu = Segmentor(model, golden.Classifier, options, onGpu: true))
        using (var cpu = Segmentor(model, golden.Classifier, options, onGpu: false))
        {
            foreach (var (width, height) in new[] { (93, 71), (64, 64), (71, 130) })
            {
                using var frame = Picture(width, height, width);
                AssertSame(gpu, cpu, frame);
            }
        }

        Assert.Equal(_objects, StandIn.Get("objects"));
        Assert.Equal(
            mode == SegmentationMode.Instance ? ["masks are made on the CPU: instances overlap, so they are no label map"] : [], _notices);
    }

    [Fact]
    public void SedIsPreparedAndLabelledOnTheCpuAndItIsSaidOnce()
    {
        using var scratch = new ScratchFolder();
        var path = scratch.File("sed");
        ModelImporter.Import(Golden.Locate("sed", "sed_tiny.pth"), path, new ImportOptions { ClassPooling = 2, InputSide = 64 });
        using var folder = ModelFolder.Open(path);
        var network = SegmentationNetwork.Open(
            folder, new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, GpuFramesOnCpu = true }, _notices.Add));
        foreach (var size in new[] { 64, 96 })
        {
            network.CreateSegmentor((size, size), network.Outputs).Dispose();
        }

        Assert.Equal("frames are prepared and labelled on the CPU: the GPU's kernels are for MAFT+ models, this is SED", Assert.Single(_notices));
    }

    [Fact]
    public void ReasonsThatCompeteGoOverTheGpuToo()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 2);
        using var gpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: true);
        using var cpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: false);
        using var frame = Picture(90, 70, 4);
        AssertSame(gpu, cpu, frame);
    }

    [Fact]
    public void TheNetworksInputIsTheCpusToTheLastBit()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var gpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: true);
        using var cpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: false);
        foreach (var format in new[] { PixelFormat.Bgr24, PixelFormat.Rgb24 })
        {
            using var frame = Picture(117, 83, 5, format);
            using var gpuSlot = gpu.CreateSlot();
            using var cpuSlot = cpu.CreateSlot();
            gpu.Preprocess(frame, gpuSlot);
            cpu.Preprocess(frame, cpuSlot);
            Assert.Equal(cpu.InputOf(cpuSlot, out var expected), gpu.InputOf(gpuSlot, out var geometry));
            Assert.Equal(expected, geometry);
        }
    }

    [Fact]
    public void SeveralFramesInFlightKeepTheirOwnPicturesAndWords()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var other = new GoldenCase(GoldenModel.Linear, 2);
        using var gpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: true);
        using var cpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: false);
        using var first = gpu.CreateSlot();
        using var second = gpu.CreateSlot();
        using var third = gpu.CreateSlot();
        using var one = Picture(80, 60, 1);
        using var two = Picture(80, 60, 2);
        using var three = Picture(60, 80, 3);
        gpu.Preprocess(one, first);
        gpu.Infer(first);
        gpu.Preprocess(two, second);
        gpu.Classifier = other.Classifier;
        gpu.Preprocess(three, third);
        gpu.Infer(second);
        AssertSame(gpu, first, cpu, one, golden.Classifier);
        gpu.Infer(third);
        gpu.Preprocess(two, first); // given up
        gpu.Preprocess(one, first);
        AssertSame(gpu, second, cpu, two, golden.Classifier);
        gpu.Infer(first);
        AssertSame(gpu, third, cpu, three, other.Classifier);
        AssertSame(gpu, first, cpu, one, other.Classifier);
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic)]
    [InlineData(SegmentationMode.Panoptic)]
    public void AFrameGoesUpOnceAndComesDownOnceAndIsWaitedForOnce(SegmentationMode mode)
    {
        using var golden = new GoldenCase(GoldenModel.Panoptic, 1);
        using var gpu = Segmentor(GoldenModel.Panoptic, golden.Classifier, Options(mode), onGpu: true);
        using var slot = gpu.CreateSlot();
        using var frame = Picture(100, 75, 6);
        using var result = _results.Rent();
        string[] calls = ["cuMemcpyHtoDAsync", "cuMemcpyHtoDAsync:bytes", "cuMemcpyDtoHAsync", "cuEventSynchronize", "cuStreamSynchronize", "cuMemAlloc", "cuMemAllocHost"];
        var before = new long[calls.Length];
        for (var round = 0; round < 3; round++)
        {
            before = [.. calls.Select(StandIn.Get)];
            gpu.Preprocess(frame, slot);
            gpu.Infer(slot);
            gpu.Postprocess(slot, result);
        }

        // One stream is waited for because the network is on the CPU. Of the three events two are past: the pixels before, and the network
        // before the last.
        Assert.Equal([1, frame.Pixels.Length, 1, 3, 1, 0, 0], calls.Select((call, i) => StandIn.Get(call) - before[i]));
    }

    [Theory]
    [InlineData("cuLaunchKernel", 719, 9)]
    [InlineData("cuMemcpyHtoDAsync", 719, 5)]
    [InlineData("cuStreamWaitEvent", 719, 5)]
    [InlineData("kernel", 700, 9)]
    [InlineData("kernel", 700, 11)]
    public void AFrameThatTheGpuFailsOnIsDoneOnTheCpuAndTheStreamGoesOn(string function, int code, int after)
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var gpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: true);
        using var cpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: false);
        StandIn.Fail(function, code, after);
        using var first = gpu.CreateSlot();
        using var second = gpu.CreateSlot();
        var slots = new[] { first, second };
        using var ahead = Picture(80, 60, 0);
        gpu.Preprocess(ahead, first);
        gpu.Infer(first);
        for (var i = 0; i < 6; i++)
        {
            using var shown = Picture(80, 60, i);
            using var next = Picture(80, 60, i + 1);
            gpu.Preprocess(next, slots[(i + 1) % 2]);
            gpu.Infer(slots[(i + 1) % 2]);
            AssertSame(gpu, slots[i % 2], cpu, shown, golden.Classifier);
        }

        var notice = Assert.Single(_notices);
        Assert.StartsWith("frames are prepared and labelled on the CPU from now on, because the GPU failed at frame ", notice, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', notice);
        StandIn.Reset();
    }

    [Fact]
    public void AGpuWithoutMemoryLeavesFramesToTheCpu()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var gpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: true);
        using var cpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: false);
        StandIn.Set("memory", StandIn.Get("allocated") + 1000);
        using var frame = Picture(80, 60, 1);
        AssertSame(gpu, cpu, frame);
        Assert.Contains("CUDA_ERROR_OUT_OF_MEMORY", Assert.Single(_notices), StringComparison.Ordinal);
        StandIn.Set("memory", 1L << 32);
        AssertSame(gpu, cpu, frame);
        Assert.Single(_notices);
    }

    [Theory]
    [InlineData(3, "major", 6L, "has compute capability 6.0, the GPU code needs 7.5 or newer")]
    [InlineData(4, "cuModuleLoadData", 222L, "The NVIDIA driver is too old for this build's PTX: update it")]
    [InlineData(99, "", 0L, "cuDeviceGet failed with")]
    public void AGpuThatCannotBeUsedIsSaidOnceAndFramesGoOverTheCpu(int device, string what, long value, string expected)
    {
        if (what == "major")
        {
            StandIn.Set(what, value);
        }
        else if (what.Length > 0)
        {
            StandIn.Fail(what, (int)value);
        }

        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var gpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: true, device);
        using var cpu = Segmentor(GoldenModel.Linear, golden.Classifier, Options(SegmentationMode.Semantic), onGpu: false);
        using var frame = Picture(80, 60, 1);
        AssertSame(gpu, cpu, frame);
        var notice = Assert.Single(_notices);
        Assert.StartsWith("frames are prepared and labelled on the CPU: ", notice, StringComparison.Ordinal);
        Assert.Contains(expected, notice, StringComparison.Ordinal);
    }

    [Fact]
    public void AGpuIsDescribedAndWhatItsProvidersNeedIsChecked()
    {
        var gpu = GpuDescription.Read();
        Assert.Equal("Stand-in GPU, compute capability 9.0, 4 GB, driver for CUDA 13.0", gpu.ToString());
        Assert.Null(gpu.Problem);
        StandIn.Set("driverVersion", 12040);
        Assert.Equal("the NVIDIA driver knows CUDA up to 12.4, 13.0 is needed: install driver 580 or newer", GpuDescription.FindProblem(0));
        StandIn.Set("major", 6);
        StandIn.Set("minor", 1);
        Assert.Equal("Stand-in GPU has compute capability 6.1, CUDA 13 needs 7.5 or newer: use --ep cpu", GpuDescription.FindProblem(0));
        Assert.Contains("cuDeviceGet failed", GpuDescription.FindProblem(99), StringComparison.Ordinal);
        Assert.Null(GpuDescription.FindFrameProblem());
        Assert.NotNull(GpuDescription.FindFrameProblem(99));
    }

    private static PostprocessOptions Options(SegmentationMode mode, OutputResolution resolution = OutputResolution.Stride4) =>
        new() { Mode = mode, Resolution = resolution, ObjectMaskThreshold = 0.05f, OverlapThreshold = 0.3f, InstanceMinScore = 0 };

    private Segmentor Segmentor(string model, TextClassifier classifier, PostprocessOptions options, bool onGpu, int device = 0)
    {
        var folder = GoldenModel.Get(model);
        var sessions = new SessionFactory(
            new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, GpuFramesOnCpu = onGpu, Device = device }, _notices.Add);
        return new Segmentor(
            SegmentationNetwork.Open(folder, sessions), folder.Manifest, classifier, new SegmentorOptions { InputSize = (96, 64), Postprocess = options });
    }

    // Smooth, so that masks have shapes, and different for each seed.
    private static Frame Picture(int width, int height, int seed, PixelFormat format = PixelFormat.Bgr24)
    {
        var frame = FramePool.Shared.Rent(new FrameFormat(width, height, format));
        frame.Index = seed;
        for (var y = 0; y < height; y++)
        {
            var row = frame.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] = (byte)(128 + (60 * Math.Sin((x / 3 * 0.11) + seed)) + (60 * Math.Cos((y * 0.17) - (seed * (1 + (x % 3))))));
            }
        }

        return frame;
    }

    private void AssertSame(Segmentor gpu, Segmentor cpu, Frame frame)
    {
        using var slot = gpu.CreateSlot();
        gpu.Preprocess(frame, slot);
        gpu.Infer(slot);
        AssertSame(gpu, slot, cpu, frame, cpu.Classifier);
    }

    private void AssertSame(Segmentor gpu, SegmentorSlot slot, Segmentor cpu, Frame frame, TextClassifier words)
    {
        using var actual = _results.Rent();
        using var expected = _results.Rent();
        gpu.Postprocess(slot, actual);
        cpu.Classifier = words;
        cpu.Segment(frame, expected);
        Assert.Equal((expected.Width, expected.Height, expected.Mode), (actual.Width, actual.Height, actual.Mode));
        Assert.Equal((frame.Index, frame.TimestampUs), (actual.FrameIndex, actual.TimestampUs));
        Assert.Same(expected.Vocabulary, actual.Vocabulary);
        var differing = 0;
        for (var i = 0; i < expected.Labels.Length; i++)
        {
            differing += expected.Labels[i] == actual.Labels[i] ? 0 : 1;
        }

        // Where two classes are as good as equal, the last bit of an exponential decides.
        Assert.True(differing <= expected.Labels.Length / 2000, $"{differing} of {expected.Labels.Length} pixels differ");
        Assert.Equal(expected.Segments.Select(s => (s.Id, s.ClassIndex, s.IsThing)), actual.Segments.Select(s => (s.Id, s.ClassIndex, s.IsThing)));
        foreach (var (e, a) in expected.Segments.Zip(actual.Segments))
        {
            Assert.Equal(e.Score, a.Score, 1e-4f);
            Assert.InRange(a.Area, e.Area - differing, e.Area + differing);
        }

        Assert.Equal(expected.InstanceMasks.Count, actual.InstanceMasks.Count);
    }
}
