using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// Where segmented frames go: a compositor in front of an encoder or a window, a label-map writer, an annotation file, nothing at all.
/// One thread calls it, in frame order. After <see cref="Complete"/>, or after <see cref="IDisposable.Dispose"/> without it (a failure or an
/// interruption), what was written so far is a valid file.
/// </summary>
public interface ISegmentationSink : IDisposable
{
    /// <summary>Called once, before the first frame.</summary>
    void Open(FrameSourceInfo source);

    /// <summary>Takes one frame and its masks. Both stay the caller's and are valid only during the call.</summary>
    void Write(Frame frame, SegmentationResult result);

    /// <summary>
    /// How often <see cref="Idle"/> is to be called while no frame comes, or null (the default) for never. A window uses it to stay alive
    /// while the source stalls.
    /// </summary>
    TimeSpan? IdleInterval => null;

    /// <summary>Called on the thread of <see cref="Write"/>, between frames, when none came for <see cref="IdleInterval"/>.</summary>
    void Idle()
    {
    }

    /// <summary>All frames were written: finish the output under its final name.</summary>
    void Complete();
}
