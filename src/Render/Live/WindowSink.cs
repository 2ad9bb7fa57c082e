using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>Shows what a pipeline produces in a window. The window is someone else's and runs on its own thread.</summary>
public sealed class WindowSink : ISegmentationSink
{
    private readonly LiveWindow _window;

    /// <summary>Creates a sink in front of a window.</summary>
    public WindowSink(LiveWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        _window = window;
    }

    /// <inheritdoc/>
    public void Open(FrameSourceInfo source)
    {
        // The window takes every format, and changes of it.
    }

    /// <inheritdoc/>
    public void Write(Frame frame, SegmentationResult result) => _window.Present(frame, result);

    /// <inheritdoc/>
    public void Complete() => _window.Notify("the end");

    /// <inheritdoc/>
    public void Dispose()
    {
        // The last picture stays until the user closes the window.
    }
}
