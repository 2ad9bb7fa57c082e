using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Turns frames into masks in three steps, so that a pipeline can run each step of neighbouring frames at the same time. Each step may be
/// called from its own thread, but only one thread at a time calls the same step (<see cref="Infer"/>: as many as
/// <see cref="FramesAtOnce"/> says); a slot is in one step at a time.
/// </summary>
public interface ISegmentor : IDisposable
{
    /// <summary>
    /// The words in force. Setting it takes effect with the next frame that enters <see cref="Preprocess"/>; frames already inside keep
    /// the classifier that they came in with, so no frame is lost or mixed.
    /// </summary>
    TextClassifier Classifier { get; set; }

    /// <summary>Threads that may call <see cref="Infer"/> at the same time, at least 1.</summary>
    int FramesAtOnce => 1;

    /// <summary>Creates the buffers of one frame in flight. The caller disposes it before the segmentor.</summary>
    SegmentorSlot CreateSlot();

    /// <summary>Resizes and normalises a frame into the slot. The frame stays the caller's and is not needed afterwards.</summary>
    void Preprocess(Frame frame, SegmentorSlot slot);

    /// <summary>Runs the network on what the slot holds.</summary>
    void Infer(SegmentorSlot slot);

    /// <summary>Turns the network's outputs into masks. <paramref name="result"/> stays the caller's.</summary>
    void Postprocess(SegmentorSlot slot, SegmentationResult result);
}
