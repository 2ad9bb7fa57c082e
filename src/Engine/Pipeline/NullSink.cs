using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>Takes frames and keeps nothing: for measuring everything before the output.</summary>
public sealed class NullSink : ISegmentationSink
{
    /// <inheritdoc/>
    public void Open(FrameSourceInfo source)
    {
    }

    /// <inheritdoc/>
    public void Write(Frame frame, SegmentationResult result)
    {
    }

    /// <inheritdoc/>
    public void Complete()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
