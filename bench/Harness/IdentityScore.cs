using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// Whether the same thing keeps the same number: counted over all frames of all clips, also while a thing is hidden and when it comes back.
/// </summary>
public sealed class IdentityScore
{
    // Numbers of one clip are told from those of the next by the clip.
    private readonly Dictionary<(int Clip, int Thing), (int Last, bool HasChanged)> _found = [];
    private readonly Dictionary<(int Clip, int Thing), Extent> _true = [];
    private readonly Dictionary<(int Clip, int Id), Extent> _shown = [];
    private readonly Dictionary<(int Clip, int Thing, int Id), Extent> _pairs = [];
    private readonly Dictionary<int, int> _trueArea = [];
    private readonly Dictionary<int, int> _shownArea = [];
    private readonly Dictionary<(int Thing, int Id), int> _common = [];
    private int _clip;

    /// <summary>Things of all clips that were to be seen.</summary>
    public int Things => _true.Count;

    /// <summary>How often a thing that is found (intersection over union above 1/2) has another number than when it was found last.</summary>
    public int Switches { get; private set; }

    /// <summary>Share of the things that were found at all which had one number throughout, 0 to 1.</summary>
    public double Kept => _found.Count == 0 ? 0 : _found.Values.Count(thing => !thing.HasChanged) / (double)_found.Count;

    /// <summary>
    /// IDF1, 0 to 1 (Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016): each thing is paired
    /// with one number for its whole clip so that most is found (intersection over union above 1/2), and the harmonic mean of precision and recall
    /// of frames that are so found is taken.
    /// </summary>
    public double IdF1
    {
        get
        {
            long found = 0, all = 0;
            for (var clip = 0; clip <= _clip; clip++)
            {
                var things = _true.Where(pair => pair.Key.Clip == clip).ToArray();
                var ids = _shown.Where(pair => pair.Key.Clip == clip).ToArray();
                var gains = new long[things.Length, ids.Length];
                for (var t = 0; t < things.Length; t++)
                {
                    for (var i = 0; i < ids.Length; i++)
                    {
                        gains[t, i] = _pairs.GetValueOrDefault((clip, things[t].Key.Thing, ids[i].Key.Id)).Frames;
                    }
                }

                found += Assignment.Best(gains);
                all += things.Sum(thing => thing.Value.Frames) + ids.Sum(id => id.Value.Frames);
            }

            return all == 0 ? 0 : 2.0 * found / all;
        }
    }

    /// <summary>
    /// Association quality, 0 to 1, the half of STQ that concerns identities (Weber et al., "STEP: Segmenting and Tracking Every Pixel", 2021): how
    /// far the pixels of a thing over its whole clip are those of one number, the mean over all things.
    /// </summary>
    public double Association
    {
        get
        {
            var sum = 0.0;
            foreach (var (pair, common) in _pairs)
            {
                var (real, shown) = (_true[(pair.Clip, pair.Thing)].Pixels, _shown[(pair.Clip, pair.Id)].Pixels);
                sum += common.Pixels * (common.Pixels / (double)(real + shown - common.Pixels)) / real;
            }

            return _true.Count == 0 ? 0 : sum / _true.Count;
        }
    }

    /// <summary>STQ, 0 to 1: the geometric mean of <see cref="Association"/> and the mean intersection over union of the classes.</summary>
    /// <param name="meanIou">Of the same frames, 0 to 1.</param>
    public double Stq(double meanIou) => Math.Sqrt(Association * meanIou);

    /// <summary>A new clip begins: its things are others, and so are the numbers.</summary>
    public void Cut() => _clip++;

    /// <summary>Counts a frame.</summary>
    /// <param name="shown">What is shown, in panoptic mode and at the size of the truth; numbers are those of <see cref="Segment.TrackId"/>.</param>
    /// <param name="things">The thing at each pixel, or void.</param>
    /// <param name="classes">The class of each pixel; where it is void, nothing is counted.</param>
    public void Add(SegmentationResult shown, ushort[] things, ushort[] classes)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(things);
        ArgumentNullException.ThrowIfNull(classes);
        Measure(shown, things, classes);
        foreach (var (thing, area) in _trueArea)
        {
            Extend(_true, (_clip, thing), 1, area);
        }

        foreach (var (id, area) in _shownArea)
        {
            Extend(_shown, (_clip, id), 1, area);
        }

        foreach (var ((thing, id), common) in _common)
        {
            // At more than half of their union no thing has two numbers and no number two things.
            var isFound = 2 * common > _trueArea[thing] + _shownArea[id] - common;
            Extend(_pairs, (_clip, thing, id), isFound ? 1 : 0, common);
            if (isFound)
            {
                var (last, hasChanged) = _found.GetValueOrDefault((_clip, thing), (id, false));
                Switches += last != id ? 1 : 0;
                _found[(_clip, thing)] = (id, hasChanged || last != id);
            }
        }
    }

    private void Measure(SegmentationResult shown, ushort[] things, ushort[] classes)
    {
        _trueArea.Clear();
        _shownArea.Clear();
        _common.Clear();
        var labels = shown.Labels;
        for (var i = 0; i < things.Length; i++)
        {
            if (classes[i] == SegmentationResult.Void)
            {
                continue;
            }

            var label = labels[i];
            var id = label < shown.Segments.Count && shown.Segments[label].IsThing ? shown.Segments[label].TrackId : 0;
            var isThing = things[i] != SegmentationResult.Void;
            if (id > 0)
            {
                _shownArea[id] = _shownArea.GetValueOrDefault(id) + 1;
            }

            if (isThing)
            {
                _trueArea[things[i]] = _trueArea.GetValueOrDefault(things[i]) + 1;
            }

            if (isThing && id > 0)
            {
                _common[(things[i], id)] = _common.GetValueOrDefault((things[i], id)) + 1;
            }
        }
    }

    private static void Extend<TKey>(Dictionary<TKey, Extent> extents, TKey key, int frames, int pixels)
        where TKey : notnull
    {
        var before = extents.GetValueOrDefault(key);
        extents[key] = new Extent(before.Frames + frames, before.Pixels + pixels);
    }

    private readonly record struct Extent(int Frames, long Pixels);
}
