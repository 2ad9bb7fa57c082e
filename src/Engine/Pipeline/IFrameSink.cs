namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// Where finished pictures go: a video file, an image folder. The same calling rules as <see cref="ISegmentationSink"/>.
/// </summary>
public interface IFrameSink : IDisposable
{
    /// <summary>Called once, before the first picture, with the size, layout and rate of what follows.</summary>
    void Open(FrameFormat format, double framesPerSecond);

    /// <summary>Takes one picture; it stays the caller's.</summary>
    void Write(Frame frame);

    /// <summary>All pictures were written: finish the output under its final name.</summary>
    void Complete();
}
