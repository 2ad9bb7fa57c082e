using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>How a <see cref="Segmentor"/> lays pictures into the network and reads its output. All defaults are here.</summary>
public sealed record SegmentorOptions
{
    /// <summary>Largest value of <see cref="FramesAtOnce"/>.</summary>
    public const int MostFramesAtOnce = 32;

    /// <summary>Width and height of the network's input, multiples of 32, into which frames are fitted with their aspect ratio kept (SED: stretched); null for <see cref="ShortSide"/>.</summary>
    public (int Width, int Height)? InputSize { get; init; }

    /// <summary>True to use every picture at its own size, padded but not resized. Excludes <see cref="InputSize"/>.</summary>
    public bool NativeSize { get; init; }

    /// <summary>Length that the shorter side of a frame is resized to where no size is given; null for the model's own.</summary>
    public int? ShortSide { get; init; }

    /// <summary>SED: classes that each pixel may keep alive in each decoder step; null for all. Fewer are faster with many classes, and give other scores.</summary>
    public int? TopClasses { get; init; }

    /// <summary>
    /// Frames that the CPU may run the network on side by side, its threads shared among them, 1 to <see cref="MostFramesAtOnce"/>, or 0 for
    /// as many as suit the network: more frames a second where operators are too short to be shared by threads, each frame later. A GPU
    /// takes one after another.
    /// </summary>
    public int FramesAtOnce { get; init; } = 1;

    /// <summary>Rules and thresholds of post-processing; null for the model's own thresholds in semantic mode.</summary>
    public PostprocessOptions? Postprocess { get; init; }

    /// <summary>Where a window that draws asks for frames and label maps in the GPU's memory; null for no such window. It stays the caller's and outlives the segmentor.</summary>
    public GpuSharing? Sharing { get; init; }
}
