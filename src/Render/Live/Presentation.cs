using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>A frame and its masks on their way to the window.</summary>
internal sealed class Presentation : IDisposable
{
    /// <summary>Takes ownership of both.</summary>
    public Presentation(Frame frame, SegmentationResult masks)
    {
        Frame = frame;
        Masks = masks;
    }

    /// <summary>The frame.</summary>
    public Frame Frame { get; }

    /// <summary>Its masks.</summary>
    public SegmentationResult Masks { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Frame.Dispose();
        Masks.Dispose();
    }
}
