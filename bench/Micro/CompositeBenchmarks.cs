using BenchmarkDotNet.Attributes;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>Masks at stride 4 drawn over a 1280x720 frame on the CPU: edge-aware upsampling, fill, contours, legend.</summary>
public class CompositeBenchmarks
{
    private ICompositor? _compositor;
    private Frame? _frame, _target;
    private SegmentationResult? _masks;

    [GlobalSetup]
    public void Setup()
    {
        _compositor = Compositors.Create(CompositorKind.Cpu);
        using var scene = new Capture.Synthetic.SyntheticSource(21, 1280, 720, 1);
        scene.Read(FramePool.Shared, out _frame, CancellationToken.None);
        _target = FramePool.Shared.Rent(_frame!.Format);
        _masks = new SegmentationResultPool().Rent();
        _masks.Resize(160, 90);
        _masks.Vocabulary = new([new(["ball"], true), new(["grass"], false), new(["sky"], false)]);
        for (var i = 0; i < _masks.Labels.Length; i++)
        {
            var (x, y) = ((i % 160) - 80, (i / 160) - 45);
            _masks.Labels[i] = (ushort)((x * x) + (y * y) < 900 ? 0 : y > 0 ? 1 : 2);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _compositor?.Dispose();
        _frame?.Dispose();
        _target?.Dispose();
        _masks?.Dispose();
    }

    [Benchmark]
    public bool Composite() => _compositor!.Compose(_frame!, _masks, OverlayStyle.Default, null, _target!);
}
