using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli;

/// <summary>
/// Keeps the frame of a run that shows the most classes, and draws it at the end: the frame as it came on the left, with its masks on the
/// right.
/// </summary>
internal sealed class BestPictureSink(string path, CompositorKind kind, OverlayStyle style) : ISegmentationSink
{
    /// <summary>Share of the picture that a class must cover to count as shown.</summary>
    private const double LeastShare = 0.004;

    private readonly FramePool _frames = new(2);
    private readonly SegmentationResultPool _results = new(1);
    private Frame? _frame;
    private SegmentationResult? _result;
    private double _best = -1;

    public void Open(FrameSourceInfo source)
    {
    }

    public void Write(Frame frame, SegmentationResult result)
    {
        var pixels = (double)result.Width * result.Height;
        var shown = 0.0;
        foreach (var segment in result.Segments)
        {
            shown += (segment.Area > pixels * LeastShare ? 1 : 0) + (segment.Score * segment.Area / pixels);
        }

        if (shown <= _best)
        {
            return;
        }

        _best = shown;
        if (_frame?.Format != frame.Format)
        {
            _frame?.Dispose();
            _frame = _frames.Rent(frame.Format);
        }

        _result ??= _results.Rent();
        _frame.CopyFrom(frame);
        _result.CopyFrom(result);
    }

    public void Complete()
    {
        if (_frame is null || _result is null)
        {
            return;
        }

        using var compositor = Compositors.Create(kind, new GlCompositorOptions { Latency = 0 });
        using var drawn = _frames.Rent(_frame.Format);
        compositor.Compose(_frame, _result, style, null, drawn);
        using var picture = _frames.Rent(_frame.Format with { Width = _frame.Width * 2 });
        for (var y = 0; y < _frame.Height; y++)
        {
            _frame.Row(y).CopyTo(picture.Row(y));
            drawn.Row(y).CopyTo(picture.Row(y)[_frame.Stride..]);
        }

        PictureFile.Write(picture, path);
    }

    public void Dispose()
    {
        _frame?.Dispose();
        _result?.Dispose();
        _frame = null;
        _result = null;
    }
}
