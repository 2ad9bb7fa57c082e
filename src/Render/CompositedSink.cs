using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render;

/// <summary>Draws the masks over each frame and hands the pictures, all of them and in order, to a frame sink.</summary>
public sealed class CompositedSink : ISegmentationSink
{
    private readonly ICompositor _compositor;
    private readonly IFrameSink _output;
    private readonly HudMeter? _meter;
    private readonly FramePool _pool = new(keepPerFormat: 2);
    private OverlayStyle _style;
    private FrameFormat _format;
    private bool _isOpen;

    /// <summary>Creates a sink; it owns the compositor and the output from now on.</summary>
    /// <param name="compositor">Draws.</param>
    /// <param name="output">Receives the pictures.</param>
    /// <param name="style">How to draw.</param>
    /// <param name="meter">Measures what the statistics panel shows, or null for no panel.</param>
    public CompositedSink(ICompositor compositor, IFrameSink output, OverlayStyle? style = null, HudMeter? meter = null)
    {
        ArgumentNullException.ThrowIfNull(compositor);
        ArgumentNullException.ThrowIfNull(output);
        _compositor = compositor;
        _output = output;
        _meter = meter;
        _style = style ?? OverlayStyle.Default;
    }

    /// <summary>How to draw; may be changed at any time and takes effect with the next frame.</summary>
    public OverlayStyle Style
    {
        get => Volatile.Read(ref _style);
        set => Volatile.Write(ref _style, value ?? throw new ArgumentNullException(nameof(value)));
    }

    /// <inheritdoc/>
    public void Open(FrameSourceInfo source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _format = source.Format;
        _output.Open(source.Format, source.FramesPerSecond);
        _isOpen = true;
    }

    /// <inheritdoc/>
    public void Write(Frame frame, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format != _format)
        {
            // What was drawn in the old format is delivered in the old format.
            Drain();
            _format = frame.Format;
        }

        using var target = _pool.Rent(_format);
        if (_compositor.Compose(frame, result, Style, _meter?.Measure(frame, result), target))
        {
            _output.Write(target);
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        Drain();
        _isOpen = false;
        _output.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (_isOpen)
            {
                // An interrupted video keeps the pictures that were drawn already.
                _isOpen = false;
                Drain();
            }
        }
        catch (SegrException)
        {
            // Dispose follows a failure that was reported; the file ends a picture earlier.
        }
        finally
        {
            _output.Dispose();
            _compositor.Dispose();
        }
    }

    private void Drain()
    {
        using var target = _pool.Rent(_format);
        while (_compositor.Drain(target))
        {
            _output.Write(target);
        }
    }
}
