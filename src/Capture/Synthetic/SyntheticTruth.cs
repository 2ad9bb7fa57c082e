using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>The truth of a synthetic picture in the classes of a vocabulary.</summary>
internal static class SyntheticTruth
{
    // Stuff of one class is one segment, whatever kinds it is of.
    private const int FirstStuffId = 1000;

    /// <summary>Makes semantic and panoptic truth.</summary>
    /// <param name="labels">[pixels] segment of each pixel.</param>
    /// <param name="segments">The segments.</param>
    /// <param name="classes">What the classes are.</param>
    /// <param name="isThing">Which classes are things.</param>
    /// <returns>Class and segment id of each pixel, the segments, and their movements.</returns>
    public static (ushort[] Classes, int[] Ids, PanopticSegment[] Segments, Dictionary<int, SegmentMotion> Motions) Of(
        ReadOnlySpan<byte> labels, IReadOnlyList<SyntheticSegment> segments, SyntheticClasses classes, Func<int, bool> isThing)
    {
        Span<ushort> classOf = stackalloc ushort[256];
        Span<int> idOf = stackalloc int[256];
        classOf.Fill(LabelledPicture.Ignored);
        idOf.Clear();
        var listed = new Dictionary<int, PanopticSegment>();
        var motions = new Dictionary<int, SegmentMotion>();
        foreach (var segment in segments)
        {
            var c = classes.Of(segment);
            if (c == LabelledPicture.Ignored)
            {
                continue;
            }

            var id = isThing(c) ? segment.Id + 1 : FirstStuffId + c;
            (classOf[segment.Id], idOf[segment.Id]) = (c, id);
            listed[id] = new PanopticSegment(id, c);
            if (segment.Motion is { } motion)
            {
                motions[id] = motion;
            }
        }

        var pixels = new ushort[labels.Length];
        var ids = new int[labels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = classOf[labels[i]];
            ids[i] = idOf[labels[i]];
        }

        return (pixels, ids, [.. listed.Values], motions);
    }
}
