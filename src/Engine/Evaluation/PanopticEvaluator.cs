using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// Panoptic quality over any number of pictures (Kirillov et al., "Panoptic Segmentation", CVPR 2019), with the counting rules of the
/// COCO panoptic API.
/// </summary>
public sealed class PanopticEvaluator
{
    /// <summary>Value of a pixel of a panoptic map that belongs to no segment.</summary>
    public const int VoidId = 0;

    private readonly SortedDictionary<int, PanopticClassScore> _classes = [];

    /// <summary>Creates an evaluator for these classes.</summary>
    public PanopticEvaluator(IEnumerable<int> categories)
    {
        ArgumentNullException.ThrowIfNull(categories);
        foreach (var category in categories)
        {
            _classes.Add(category, new PanopticClassScore());
        }
    }

    /// <summary>The matches of each class so far.</summary>
    public IReadOnlyDictionary<int, PanopticClassScore> Classes => _classes;

    /// <summary>Adds one picture.</summary>
    /// <param name="truth">[pixels] segment ids, <see cref="VoidId"/> where unlabelled.</param>
    /// <param name="truthSegments">The true segments.</param>
    /// <param name="predicted">[pixels] segment ids, <see cref="VoidId"/> where nothing was predicted.</param>
    /// <param name="predictedSegments">The predicted segments.</param>
    /// <exception cref="InputException">A map has an id that its list lacks, a class is unknown, an id occurs twice, or the sizes differ.</exception>
    public void Add(
        ReadOnlySpan<int> truth, IReadOnlyList<PanopticSegment> truthSegments,
        ReadOnlySpan<int> predicted, IReadOnlyList<PanopticSegment> predictedSegments)
    {
        ArgumentNullException.ThrowIfNull(truthSegments);
        ArgumentNullException.ThrowIfNull(predictedSegments);
        if (truth.Length != predicted.Length)
        {
            throw new InputException($"the predicted panoptic map has {predicted.Length} pixels, the true one {truth.Length}");
        }

        var trueById = ById(truthSegments, "true");
        var predictedById = ById(predictedSegments, "predicted");
        var overlaps = Overlaps(truth, predicted);
        var trueArea = new Dictionary<int, long>();
        var predictedArea = new Dictionary<int, long>();
        foreach (var ((t, p), count) in overlaps)
        {
            RequireKnown(t, trueById, "true");
            RequireKnown(p, predictedById, "predicted");
            CollectionsMarshal.GetValueRefOrAddDefault(trueArea, t, out _) += count;
            CollectionsMarshal.GetValueRefOrAddDefault(predictedArea, p, out _) += count;
        }

        var matchedTrue = new HashSet<int>();
        var matchedPredicted = new HashSet<int>();
        foreach (var ((t, p), intersection) in overlaps)
        {
            if (t == VoidId || p == VoidId || trueById[t].IsCrowd || trueById[t].Category != predictedById[p].Category)
            {
                continue;
            }

            var union = predictedArea[p] + trueArea[t] - intersection - overlaps.GetValueOrDefault((VoidId, p));
            var iou = intersection / (double)union;
            if (iou > 0.5)
            {
                var score = _classes[trueById[t].Category];
                score.TruePositives++;
                score.IoUSum += iou;
                matchedTrue.Add(t);
                matchedPredicted.Add(p);
            }
        }

        CountMissed(truthSegments, matchedTrue, out var crowdOfCategory);
        CountFalse(predictedSegments, matchedPredicted, overlaps, predictedArea, crowdOfCategory);
    }

    /// <summary>Means over the counted classes that <paramref name="include"/> accepts.</summary>
    public PanopticScores Average(Func<int, bool> include)
    {
        ArgumentNullException.ThrowIfNull(include);
        var counted = _classes.Where(c => c.Value.IsCounted && include(c.Key)).Select(c => c.Value).ToArray();
        return counted.Length == 0
            ? new PanopticScores(double.NaN, double.NaN, double.NaN, 0)
            : new PanopticScores(
                counted.Average(c => c.PanopticQuality), counted.Average(c => c.SegmentationQuality), counted.Average(c => c.RecognitionQuality),
                counted.Length);
    }

    private void CountMissed(IReadOnlyList<PanopticSegment> segments, HashSet<int> matched, out Dictionary<int, int> crowdOfCategory)
    {
        crowdOfCategory = [];
        foreach (var segment in segments)
        {
            if (segment.IsCrowd)
            {
                // Where a picture has several crowds of one class only the last counts, as in the API.
                crowdOfCategory[segment.Category] = segment.Id;
            }
            else if (!matched.Contains(segment.Id))
            {
                _classes[segment.Category].FalseNegatives++;
            }
        }
    }

    private void CountFalse(
        IReadOnlyList<PanopticSegment> segments, HashSet<int> matched, Dictionary<(int, int), long> overlaps,
        Dictionary<int, long> areas, Dictionary<int, int> crowdOfCategory)
    {
        foreach (var segment in segments)
        {
            if (matched.Contains(segment.Id))
            {
                continue;
            }

            var excused = overlaps.GetValueOrDefault((VoidId, segment.Id));
            if (crowdOfCategory.TryGetValue(segment.Category, out var crowd))
            {
                excused += overlaps.GetValueOrDefault((crowd, segment.Id));
            }

            var area = areas.GetValueOrDefault(segment.Id);
            if (area > 0 && excused / (double)area > 0.5)
            {
                continue;
            }

            _classes[segment.Category].FalsePositives++;
        }
    }

    private Dictionary<int, PanopticSegment> ById(IReadOnlyList<PanopticSegment> segments, string which)
    {
        var byId = new Dictionary<int, PanopticSegment>();
        foreach (var segment in segments)
        {
            if (!_classes.ContainsKey(segment.Category))
            {
                throw new InputException($"the {which} segment {segment.Id} has the unknown class {segment.Category}");
            }

            if (segment.Id == VoidId || !byId.TryAdd(segment.Id, segment))
            {
                throw new InputException($"the {which} segment id {segment.Id} is listed twice or is 0, which means no segment");
            }
        }

        return byId;
    }

    private static void RequireKnown(int id, Dictionary<int, PanopticSegment> segments, string which)
    {
        if (id != VoidId && !segments.ContainsKey(id))
        {
            throw new InputException($"the {which} panoptic map has the segment {id}, which its list lacks");
        }
    }

    private static Dictionary<(int True, int Predicted), long> Overlaps(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted)
    {
        var overlaps = new Dictionary<(int, int), long>();
        for (var i = 0; i < truth.Length;)
        {
            // Maps are made of long runs; one dictionary access a run instead of one a pixel.
            var start = i;
            while (++i < truth.Length && truth[i] == truth[start] && predicted[i] == predicted[start])
            {
            }

            CollectionsMarshal.GetValueRefOrAddDefault(overlaps, (truth[start], predicted[start]), out _) += i - start;
        }

        return overlaps;
    }
}
