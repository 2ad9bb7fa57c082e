namespace OpenSegR.Realtime.Pipeline;

/// <summary>Which masks are shown with which frame (<c>--sync</c>).</summary>
public enum SyncMode
{
    /// <summary><see cref="Latest"/> for live sources, <see cref="Exact"/> for files.</summary>
    Auto,

    /// <summary>Every frame that is shown waits for its own masks: frame and masks always match, the rate is the network's.</summary>
    Exact,

    /// <summary>
    /// Every frame is shown at the rate of the source with the newest masks there are (<see cref="Segmentation.SegmentationResult.IsReused"/>),
    /// while the network works on the newest frame it can get. The picture is smooth; the masks lag by one pass of the network.
    /// </summary>
    Latest,
}
