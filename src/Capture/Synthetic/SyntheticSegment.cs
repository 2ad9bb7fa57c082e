using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>One visible region of a synthetic frame.</summary>
/// <param name="Id">Its value in <see cref="SyntheticFrame.Labels"/>; a thing keeps its id through the whole video.</param>
/// <param name="Thing">What it is, for a thing; null for stuff.</param>
/// <param name="Stuff">What it is, for stuff; null for a thing.</param>
/// <param name="Area">Visible pixels, at least 1.</param>
/// <param name="Box">Smallest box around them.</param>
public readonly record struct SyntheticSegment(byte Id, ThingAttributes? Thing, StuffKind? Stuff, int Area, PixelBox Box)
{
    /// <summary>True for a thing, false for stuff.</summary>
    public bool IsThing => Thing is not null;

    /// <summary>
    /// Its movement since the frame before, which is a 30th of a second; null where it is more than a shift and a change of size, as that of the
    /// surroundings under a moving camera.
    /// </summary>
    public SegmentMotion? Motion { get; init; }
}
