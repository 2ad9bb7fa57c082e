using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// What travels between the stages: whatever of frame, slot and result this frame has at this point. A value, so that the channels carry
/// it without allocating. The stage that holds it owns everything in it.
/// </summary>
internal struct FrameWork
{
    /// <summary>The picture; null in <see cref="SyncMode.Latest"/> after pre-processing, where it has gone ahead to the sinks.</summary>
    public Frame? Frame;

    /// <summary>The segmentor's buffers; null where the network does not run on this frame, and after post-processing.</summary>
    public SegmentorSlot? Slot;

    /// <summary>The masks, after post-processing.</summary>
    public SegmentationResult? Result;

    /// <summary>Index of the frame, also where the frame itself has gone ahead.</summary>
    public long FrameIndex;

    /// <summary>Time stamp of the frame in microseconds.</summary>
    public long TimestampUs;

    /// <summary>When the frame passed each point.</summary>
    public FrameTimes Times;
}
