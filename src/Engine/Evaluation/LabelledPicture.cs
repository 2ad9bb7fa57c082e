using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>One picture of a dataset with its truth.</summary>
public sealed class LabelledPicture : IDisposable
{
    /// <summary>Class value of a pixel that is not scored.</summary>
    public const ushort Ignored = ushort.MaxValue;

    /// <summary>Name of the picture inside its dataset, unique there.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the video it belongs to; pictures of one video follow one another. Null for single pictures.</summary>
    public string? Sequence { get; init; }

    /// <summary>The picture; disposed with this object.</summary>
    public required Frame Frame { get; init; }

    /// <summary>[Height * Width of the frame] class of each pixel, <see cref="Ignored"/> where unlabelled.</summary>
    public required ushort[] Classes { get; init; }

    /// <summary>[Height * Width of the frame] segment of each pixel, 0 where unlabelled; null where there is no panoptic truth.</summary>
    public int[]? SegmentIds { get; init; }

    /// <summary>The segments; their categories are class indices of the vocabulary.</summary>
    public IReadOnlyList<PanopticSegment> Segments { get; init; } = [];

    /// <summary>
    /// Movement of each segment since the picture before in the same video, where it is known and simple; a segment that is not listed is not
    /// compared over time. Null where nothing is known of movements: then pixels are compared that have the same truth in both pictures.
    /// </summary>
    public IReadOnlyDictionary<int, SegmentMotion>? Motions { get; init; }

    /// <summary>True for a picture that is there to be compared with its neighbours in time, and enters no other score.</summary>
    public bool IsConsistencyOnly { get; init; }

    /// <summary>Reasoning about this very picture; null where there is none.</summary>
    public ReasonSet? Reasons { get; init; }

    /// <summary>Returns the picture to its pool.</summary>
    public void Dispose() => Frame.Dispose();
}
