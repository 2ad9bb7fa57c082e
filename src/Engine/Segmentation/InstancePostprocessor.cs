namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Instance inference: the best (query, thing class) pairs, each with the query's mask and a score that also says how sure the mask is
/// (instance_inference in MAFT-Plus, maft/maft_plus.py). Masks may overlap; the label map shows the best-scored one on top.
/// </summary>
internal sealed class InstancePostprocessor(PostprocessOptions options, WorkerTeam team)
{
    private readonly ResamplerCache _resamplers = new();
    private readonly List<(float Score, int Query, int Column)> _pairs = [];
    private readonly List<int> _queries = [];
    private readonly List<(Segment Segment, BinaryMask Mask)> _instances = [];
    private float[] _scores = [];
    private QueryMask[] _masks = [];
    private float[][] _scratch = [];
    private Action<int, int>? _sampleMask;
    private Job _job;

    /// <summary>Fills the result's label map (segment indices), segments, best first, and their masks.</summary>
    public unsafe void Run(in NetworkOutput output, SegmentationResult result)
    {
        var resampler = options.Resolution == OutputResolution.Stride4
            ? _resamplers.Stride4(output.Geometry) : _resamplers.ToFrame(output.Geometry);
        result.Resize(resampler.Width, resampler.Height);
        result.Labels.Fill(SegmentationResult.Void);
        SelectPairs(output);
        if (_scratch.Length < team.Size)
        {
            Array.Resize(ref _scratch, team.Size);
        }

        if (_masks.Length < output.Queries)
        {
            _masks = new QueryMask[output.Queries];
        }

        foreach (var query in _queries)
        {
            _masks[query] = new QueryMask(result.NewInstanceMask(), 0, 0, default);
        }

        fixed (float* logits = output.MaskLogits)
        {
            _job = new Job(logits, resampler, output.Geometry.MaskWidth * output.Geometry.MaskHeight);
            team.Run(_queries.Count, _sampleMask ??= SampleMask);
            _job = default;
        }

        Collect(output, result);
    }

    private void SelectPairs(in NetworkOutput output)
    {
        var columns = output.ClassCount + 1;
        if (_scores.Length < output.Queries * columns)
        {
            _scores = new float[output.Queries * columns];
        }

        ClassScores.PerQuery(output, _scores.AsSpan(0, output.Queries * columns));
        _pairs.Clear();
        for (var q = 0; q < output.Queries; q++)
        {
            for (var c = 0; c < output.ClassCount; c++)
            {
                // The mask's own certainty is at most 1, so a pair below the limit can never pass it.
                var score = _scores[(q * columns) + c];
                if (score >= options.InstanceMinScore)
                {
                    _pairs.Add((score, q, c));
                }
            }
        }

        // The best pairs over all classes first, things among them afterwards: the reference's order.
        _pairs.Sort(static (a, b) => b.Score != a.Score ? b.Score.CompareTo(a.Score) : (a.Query, a.Column).CompareTo((b.Query, b.Column)));
        if (_pairs.Count > options.MaxInstances)
        {
            _pairs.RemoveRange(options.MaxInstances, _pairs.Count - options.MaxInstances);
        }

        var classifier = output.Classifier;
        _queries.Clear();
        var things = 0;
        for (var i = 0; i < _pairs.Count; i++)
        {
            var pair = _pairs[i];
            if (!classifier.Vocabulary.Classes[classifier.ClassIndex[pair.Column]].IsThing)
            {
                continue;
            }

            _pairs[things++] = pair;
            if (!_queries.Contains(pair.Query))
            {
                _queries.Add(pair.Query);
            }
        }

        _pairs.RemoveRange(things, _pairs.Count - things);
    }

    private unsafe void SampleMask(int index, int worker)
    {
        var job = _job;
        var query = _queries[index];
        var width = job.Resampler.Width;
        var height = job.Resampler.Height;
        var needed = job.Resampler.ScratchLength + width;
        if (_scratch[worker] is null || _scratch[worker].Length < needed)
        {
            _scratch[worker] = new float[needed];
        }

        var row = _scratch[worker].AsSpan(0, width);
        var scratch = _scratch[worker].AsSpan(width);
        var mask = _masks[query].Mask;
        var logits = new ReadOnlySpan<float>(job.Logits + ((long)query * job.MaskLength), job.MaskLength);
        var sum = 0.0;
        var area = 0;
        int left = width, top = height, right = 0, bottom = 0;
        for (var y = 0; y < height; y++)
        {
            job.Resampler.Row(logits, y, row, scratch);
            var count = VectorMath.PositiveBits(row, mask.Bytes, y * width, ref sum, out var first, out var end);
            if (count > 0)
            {
                area += count;
                left = Math.Min(left, first);
                right = Math.Max(right, end);
                top = Math.Min(top, y);
                bottom = y + 1;
            }
        }

        _masks[query] = new QueryMask(mask, (float)(sum / (area + 1e-6)), area, area == 0 ? default : new PixelBox(left, top, right, bottom));
    }

    private void Collect(in NetworkOutput output, SegmentationResult result)
    {
        _instances.Clear();
        foreach (var (score, query, column) in _pairs)
        {
            var mask = _masks[query];
            var total = score * mask.Certainty;
            if (total >= options.InstanceMinScore)
            {
                _instances.Add((new Segment(0, output.Classifier.ClassIndex[column], true, total, mask.Area, mask.Box), mask.Mask));
            }
        }

        _instances.Sort(static (a, b) => b.Segment.Score.CompareTo(a.Segment.Score));
        foreach (var (segment, mask) in _instances)
        {
            result.Segments.Add(segment with { Id = result.Segments.Count + 1 });
            result.InstanceMasks.Add(mask);
        }

        var labels = result.Labels;
        for (var i = result.Segments.Count - 1; i >= 0; i--)
        {
            var box = result.Segments[i].Box;
            result.InstanceMasks[i].Paint(labels, (ushort)i, box.Top, box.Bottom);
        }
    }

    private readonly record struct QueryMask(BinaryMask Mask, float Certainty, int Area, PixelBox Box);

    private readonly unsafe struct Job(float* logits, MaskResampler resampler, int maskLength)
    {
        public readonly float* Logits = logits;
        public readonly MaskResampler Resampler = resampler;
        public readonly int MaskLength = maskLength;
    }
}
