using BenchmarkDotNet.Attributes;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>Following masks through time on 1280x720 frames: the motion of a new frame, and the masks moved to it.</summary>
public class MotionBenchmarks
{
    private readonly MaskTracker _tracker = new(new MotionOptions());
    private readonly List<Frame> _frames = [];
    private SegmentationResult? _masks, _shown;
    private long _next;

    [GlobalSetup]
    public void Setup()
    {
        using var scene = new Capture.Synthetic.SyntheticSource(21, 1280, 720, 12);
        while (scene.Read(FramePool.Shared, out var frame, CancellationToken.None) == FrameRead.Frame)
        {
            _frames.Add(frame!);
        }

        var pool = new SegmentationResultPool();
        (_masks, _shown) = (pool.Rent(), pool.Rent());
        _masks.Resize(160, 90);
        _masks.Labels.Clear();
        _masks.Vocabulary = new([new(["thing"], true)]);
        _tracker.Observe(_frames[0]);
        _tracker.Update(_masks);
    }

    [Benchmark]
    public void ObserveAndProject()
    {
        var frame = _frames[(int)(++_next % _frames.Count)];
        frame.Index = _next;
        _tracker.Observe(frame);
        _tracker.Project(_shown!);
    }
}
