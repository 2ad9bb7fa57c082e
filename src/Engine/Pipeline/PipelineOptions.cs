using OpenSegR.Realtime.Motion;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>How a <see cref="SegmentationPipeline"/> runs. All defaults are here.</summary>
public sealed record PipelineOptions
{
    /// <summary>Largest value of the capacities and of <see cref="FramesInFlight"/>.</summary>
    public const int MaxCapacity = 64;

    /// <summary>Which masks go with which frame.</summary>
    public SyncMode Sync { get; init; }

    /// <summary>What happens to a frame that finds the next stage busy.</summary>
    public DropPolicy Drop { get; init; }

    /// <summary>
    /// Frames that may wait between two stages, 1 to <see cref="MaxCapacity"/>. A longer queue evens out jitter of the source and the
    /// encoder; with a live source each place adds up to one frame of delay, with a file only memory.
    /// </summary>
    public int QueueCapacity { get; init; } = 1;

    /// <summary>
    /// Buffers of the segmentor, that is frames between the start of pre-processing and the end of post-processing, 1 to
    /// <see cref="MaxCapacity"/>. 1 runs the three steps one after another: least memory, lowest throughput. 3 keeps all three busy at
    /// once, and lets a newer live frame replace the one that waits for the network. A segmentor that works on several frames at once
    /// (<see cref="Segmentation.ISegmentor.FramesAtOnce"/>) has two more than those at least, with <see cref="SyncMode.Exact"/>.
    /// </summary>
    public int FramesInFlight { get; init; } = 3;

    /// <summary>The network runs on every n-th frame that reaches it, at least 1; the frames between show the masks of the last one.</summary>
    public int InferEvery { get; init; } = 1;

    /// <summary>What is done with masks over time (carried along with the motion, damped, numbered), or null for nothing: they are shown as they are.</summary>
    public MotionOptions? Motion { get; init; }

    /// <summary>Stop after this many frames of the source, at least 1, or null for all.</summary>
    public long? MaxFrames { get; init; }

    /// <summary>
    /// Whether frames are taken from the source no sooner than their time stamps say, so that a file plays at its own speed. Null, the
    /// default, does so exactly where it is needed to mean anything: a file with <see cref="SyncMode.Latest"/>.
    /// </summary>
    public bool? Pace { get; init; }

    /// <summary>The sync mode for a source, <see cref="SyncMode.Auto"/> resolved.</summary>
    public SyncMode SyncFor(FrameSourceInfo source) =>
        Sync != SyncMode.Auto ? Sync : source.IsLive ? SyncMode.Latest : SyncMode.Exact;

    /// <summary>Whether frames of a source may be dropped, <see cref="DropPolicy.Auto"/> resolved.</summary>
    public bool DropsFor(FrameSourceInfo source) => Drop == DropPolicy.Auto ? source.IsLive : Drop == DropPolicy.Oldest;

    /// <summary>Whether a source is read at the speed of its time stamps.</summary>
    public bool PacesFor(FrameSourceInfo source) => Pace ?? (!source.IsLive && SyncFor(source) == SyncMode.Latest);

    /// <summary>Returns the options, or throws if one is out of range.</summary>
    /// <exception cref="InputException">An option is out of range; the message names it.</exception>
    public PipelineOptions Validated()
    {
        Check(QueueCapacity is >= 1 and <= MaxCapacity, nameof(QueueCapacity), QueueCapacity, $"1 to {MaxCapacity}");
        Check(FramesInFlight is >= 1 and <= MaxCapacity, nameof(FramesInFlight), FramesInFlight, $"1 to {MaxCapacity}");
        Check(InferEvery >= 1, nameof(InferEvery), InferEvery, "at least 1");
        Check(MaxFrames is null or >= 1, nameof(MaxFrames), MaxFrames ?? 0, "at least 1");
        Check(Enum.IsDefined(Sync), nameof(Sync), (long)Sync, "auto, exact or latest");
        Check(Enum.IsDefined(Drop), nameof(Drop), (long)Drop, "auto, never or oldest");
        return this;
    }

    private static void Check(bool isValid, string name, long value, string range)
    {
        if (!isValid)
        {
            throw new InputException($"pipeline option {name} is {value}; it must be {range}");
        }
    }
}
