using System.Runtime.InteropServices;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>Adds up the area of every class over the frames that were shown. Thread-safe.</summary>
internal sealed class CoverageAccumulator
{
    private readonly Lock _lock = new();
    // By name, because the vocabulary may change while the pipeline runs. Filled when it does, and for a report.
    private readonly Dictionary<string, (double Area, long Frames)> _byName = [];
    private Vocabulary _vocabulary = Vocabulary.Empty;
    private double[] _area = [];
    private long[] _frames = [];
    private long[] _lastFrame = [];
    private long _results;

    /// <summary>Adds the masks of one shown frame.</summary>
    public void Add(SegmentationResult result)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(result.Vocabulary, _vocabulary))
            {
                MoveToNames();
                _vocabulary = result.Vocabulary;
                _area = new double[_vocabulary.Count];
                _frames = new long[_vocabulary.Count];
                _lastFrame = new long[_vocabulary.Count];
            }

            _results++;
            var pixels = Math.Max(1.0, (double)result.Width * result.Height);
            foreach (ref readonly var segment in CollectionsMarshal.AsSpan(result.Segments))
            {
                var c = segment.ClassIndex;
                if ((uint)c >= (uint)_area.Length)
                {
                    continue;
                }

                _area[c] += segment.Area / pixels;
                if (_lastFrame[c] != _results)
                {
                    _lastFrame[c] = _results;
                    _frames[c]++;
                }
            }
        }
    }

    /// <summary>Every class that was seen, largest first.</summary>
    public IReadOnlyList<ClassCoverage> Summarise()
    {
        lock (_lock)
        {
            MoveToNames();
            return [.. _byName
                .Select(entry => new ClassCoverage(entry.Key, entry.Value.Area / Math.Max(1, _results), entry.Value.Frames))
                .OrderByDescending(c => c.Share).ThenBy(c => c.Name, StringComparer.Ordinal)];
        }
    }

    private void MoveToNames()
    {
        for (var c = 0; c < _area.Length; c++)
        {
            if (_frames[c] == 0)
            {
                continue;
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, _vocabulary.Classes[c].Name, out _);
            entry.Area += _area[c];
            entry.Frames += _frames[c];
            _area[c] = 0;
            _frames[c] = 0;
        }
    }
}
