using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Pipeline;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>A whole pipeline, its stages on threads of their own and several frames in flight, over the stand-in for a GPU.</summary>
[Collection("stand-in GPU")]
public sealed class GpuPipelineTests : IDisposable
{
    private const int Count = 12;
    private static readonly FrameFormat Format = new(84, 60);
    private readonly List<string> _notices = [];

    public GpuPipelineTests() => StandIn.Reset();

    public void Dispose()
    {
        Assert.Equal("", StandIn.Misuse);
        StandIn.Reset();
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(null, 0, true)]
    [InlineData("cuLaunchKernel", 0)]
    [InlineData("cuLaunchKernel", 17)]
    [InlineData("kernel", 20)]
    [InlineData("cuEventRecord", 14)]
    [InlineData("cuMemAlloc", 3)]
    public void EveryFrameComesOutWithItsOwnMasksWhateverTheGpuDoes(string? function, int after, bool recorded = false)
    {
        var expected = Run(onGpu: false);
        if (function is not null)
        {
            StandIn.Fail(function, 719, after);
        }

        var actual = Run(onGpu: true, recorded);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (long)i), actual.Keys.Order());
        foreach (var (index, labels) in expected)
        {
            var differing = labels.Zip(actual[index]).Count(pair => pair.First != pair.Second);
            Assert.True(differing <= labels.Length / 2000, $"{differing} pixels of frame {index} differ");
        }

        Assert.Equal(function is null ? 0 : 1, _notices.Count);
        Assert.True(function is null || StandIn.Get(function) > 0 || function == "kernel");
    }

    [Fact]
    public void ASteadyFrameAllocatesNothing()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var segmentor = Segmentor(golden, onGpu: true);
        using var slot = segmentor.CreateSlot();
        using var frame = FramePool.Shared.Rent(Format);
        using var result = new SegmentationResultPool(1).Rent();
        long Bytes()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            segmentor.Preprocess(frame, slot);
            segmentor.Infer(slot);
            segmentor.Postprocess(slot, result);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Bytes();
        Bytes();
        Assert.Equal(0, Bytes());
    }

    private Dictionary<long, ushort[]> Run(bool onGpu, bool recorded = false)
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var segmentor = Segmentor(golden, onGpu, recorded);
        var sink = new LabelSink();
        using var pipeline = new SegmentationPipeline(new WaveSource(), segmentor, sink, new PipelineOptions { FramesInFlight = 3, QueueCapacity = 2, Pace = false });
        PipelineRun.Bounded(pipeline, TestContext.Current.CancellationToken);
        Assert.Equal(0, pipeline.Frames.InUse);
        Assert.Equal(0, pipeline.Results.InUse);
        return sink.Labels;
    }

    private Segmentor Segmentor(GoldenCase golden, bool onGpu, bool recorded = false)
    {
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var sessions = new SessionFactory(
            new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 1, GpuFramesOnCpu = onGpu, CudaGraphs = recorded }, _notices.Add);
        return new Segmentor(
            SegmentationNetwork.Open(folder, sessions), folder.Manifest, golden.Classifier, new SegmentorOptions { InputSize = (96, 64) });
    }

    /// <summary>Frames of waves that move, each different from the others.</summary>
    private sealed class WaveSource : IFrameSource
    {
        private int _next;

        public FrameSourceInfo Info { get; } = new("waves", Format, 30, Count, false);

        public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
        {
            frame = null;
            if (_next == Count)
            {
                return FrameRead.EndOfStream;
            }

            frame = pool.Rent(Format);
            frame.Index = _next;
            frame.TimestampUs = _next * 33_333L;
            for (var i = 0; i < frame.Pixels.Length; i++)
            {
                var (x, y) = (i % frame.Stride / 3, i / frame.Stride);
                frame.Pixels[i] = (byte)(128 + (60 * Math.Sin((x * 0.13) + (_next * 0.9))) + (60 * Math.Cos((y * 0.19) - (_next * (1 + (i % 3))))));
            }

            _next++;
            return FrameRead.Frame;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Keeps the label map of each frame.</summary>
    private sealed class LabelSink : ISegmentationSink
    {
        public Dictionary<long, ushort[]> Labels { get; } = [];

        public void Open(FrameSourceInfo source)
        {
        }

        public void Write(Frame frame, SegmentationResult result)
        {
            Assert.Equal(frame.Index, result.FrameIndex);
            Assert.False(result.IsReused);
            Labels.Add(frame.Index, result.Labels.ToArray());
        }

        public void Complete()
        {
        }

        public void Dispose()
        {
        }
    }
}
