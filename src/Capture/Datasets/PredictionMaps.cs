using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Reads predicted maps.</summary>
internal static class PredictionMaps
{
    /// <summary>A map of class indices, of 8 or 16 bits; the largest value, 255 or 65535, is no class.</summary>
    /// <exception cref="InputException">It cannot be read or has another size.</exception>
    public static ushort[] Classes(string path, int width, int height)
    {
        var labels = LabelImage.ReadLabels(path, width, height, vocColours: false, out var none);
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = labels[i] == none ? LabelledPicture.Ignored : labels[i];
        }

        return labels;
    }

    /// <summary>The class of each pixel according to a panoptic map.</summary>
    /// <exception cref="InputException">The map has a segment that the list lacks.</exception>
    public static ushort[] Classes(string path, ReadOnlySpan<int> ids, IReadOnlyList<PanopticSegment> segments)
    {
        var classOf = segments.ToDictionary(s => s.Id, s => (ushort)s.Category);
        classOf[PanopticEvaluator.VoidId] = LabelledPicture.Ignored;
        var classes = new ushort[ids.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = classOf.TryGetValue(ids[i], out var c) ? c : throw new InputException($"'{path}' has the segment {ids[i]}, which its list lacks");
        }

        return classes;
    }
}
