using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// Many frames through everything but the network: how long the frame path takes, whether it allocates, and whether memory stays where it is.
/// </summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="Width">Width of the frames.</param>
/// <param name="Height">Height of the frames.</param>
/// <param name="Mode">Which masks are made.</param>
/// <param name="Composite">Whether masks are drawn, on the CPU.</param>
/// <param name="Motion">What is done with masks over time, or null.</param>
public sealed record SoakBenchmark(int Frames, int Width, int Height, SegmentationMode Mode, bool Composite, MotionOptions? Motion)
{
    /// <summary>Runs it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SoakReport Run(CancellationToken cancellationToken)
    {
        var pool = new FramePool();
        List<Frame> pictures = [];
        using (var scene = new SyntheticSource(21, Width, Height, 24))
        {
            while (scene.Read(pool, out var frame, cancellationToken) == FrameRead.Frame)
            {
                pictures.Add(frame!);
            }
        }

        var memory = new List<double>();
        var written = 0;
        using var segmentor = new NoNetwork(640, 384, Mode);
        ISegmentationSink inner = Composite ? new CompositedSink(Compositors.Create(CompositorKind.Cpu), new DiscardSink()) : new NullSink();
        var sink = new CountingSink(inner, () =>
        {
            written++;
            if (written == Math.Max(1, Frames / 10) || written == Frames / 2)
            {
                memory.Add(ProcessUsage.Memory().NowMb);
            }
        });
        using var pipeline = new SegmentationPipeline(new MemorySource(pictures, Frames), segmentor, sink, new PipelineOptions { Motion = Motion });
        var cpu = ProcessUsage.CpuMs;
        var report = pipeline.Run(cancellationToken);
        cpu = ProcessUsage.CpuMs - cpu;
        pictures.ForEach(frame => frame.Dispose());
        cancellationToken.ThrowIfCancellationRequested();
        return new SoakReport(report, memory[0], memory[^1], ProcessUsage.Memory().NowMb, cpu / Frames);
    }

    private sealed class CountingSink(ISegmentationSink inner, Action written) : ISegmentationSink
    {
        public void Open(FrameSourceInfo source) => inner.Open(source);

        public void Write(Frame frame, SegmentationResult result)
        {
            inner.Write(frame, result);
            written();
        }

        public void Complete() => inner.Complete();

        public void Dispose() => inner.Dispose();
    }
}
