namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Panoptic inference: the confident queries compete for each pixel, a query that loses too much of its mask is dropped, stuff of one class
/// becomes one segment (panoptic_inference in MAFT-Plus, panoptic_inference_reason in OpenSeg-R, maft/maft_plus.py).
/// </summary>
internal sealed class PanopticPostprocessor(PostprocessOptions options, WorkerTeam team)
{
    private const int RowsPerBand = 8;
    private const ushort Undecided = ushort.MaxValue;
    private readonly SegmentStatistics _statistics = new();
    private readonly ResamplerCache _resamplers = new();
    private float[] _scores = [];
    private readonly List<Candidate> _candidates = [];
    private long[] _won = [];
    private long[] _covered = [];
    private long[] _kept = [];
    private ushort[] _segmentOf = [];
    private Scratch[] _scratch = [];
    private Action<int, int>? _runBand;
    private Job _job;

    /// <summary>Fills the result's label map (segment indices) and segments.</summary>
    public unsafe void Run(in NetworkOutput output, SegmentationResult result)
    {
        var masks = options.Resolution == OutputResolution.Stride4
            ? _resamplers.Stride4(output.Geometry) : _resamplers.ToFrame(output.Geometry);
        result.Resize(masks.Width, masks.Height);
        SelectCandidates(output);
        if (_candidates.Count == 0)
        {
            result.Labels.Fill(SegmentationResult.Void);
            return;
        }

        Grow(ref _won, _candidates.Count);
        Grow(ref _covered, _candidates.Count);
        Grow(ref _kept, _candidates.Count);
        Array.Clear(_won);
        Array.Clear(_covered);
        Array.Clear(_kept);
        if (_scratch.Length < team.Size)
        {
            Array.Resize(ref _scratch, team.Size);
        }

        fixed (float* logits = output.MaskLogits)
        fixed (ushort* labels = result.Labels)
        {
            _job = new Job(logits, labels, masks, output.Geometry.MaskWidth * output.Geometry.MaskHeight);
            team.Run((masks.Height + RowsPerBand - 1) / RowsPerBand, _runBand ??= RunBand);
            _job = default;
        }

        AssignSegments(output, result);
    }

    private void SelectCandidates(in NetworkOutput output)
    {
        var columns = output.ClassCount + 1;
        Grow(ref _scores, output.Queries * columns);
        ClassScores.PerQuery(output, _scores.AsSpan(0, output.Queries * columns));

        // Without reasons void competes, and a query that void wins is dropped; with reasons the reference removes void beforehand.
        var competing = output.ReasonCount == 1 ? columns : columns - 1;
        _candidates.Clear();
        for (var q = 0; q < output.Queries; q++)
        {
            var row = _scores.AsSpan(q * columns, competing);
            var best = 0;
            for (var c = 1; c < competing; c++)
            {
                if (row[c] > row[best])
                {
                    best = c;
                }
            }

            if (best < output.ClassCount && row[best] > options.ObjectMaskThreshold)
            {
                _candidates.Add(new Candidate(q, output.Classifier.ClassIndex[best], row[best]));
            }
        }
    }

    private unsafe void RunBand(int bandIndex, int worker)
    {
        var job = _job;
        var stride = VectorMath.PaddedLength(job.Masks.Width);
        var scratch = _scratch[worker] ??= new Scratch();
        scratch.Prepare(job.Masks, stride, _candidates.Count);
        for (var y = bandIndex * RowsPerBand; y < Math.Min((bandIndex + 1) * RowsPerBand, job.Masks.Height); y++)
        {
            for (var k = 0; k < _candidates.Count; k++)
            {
                var row = scratch.Weighed.AsSpan(k * stride, job.Masks.Width);
                job.Masks.Row(new ReadOnlySpan<float>(job.Logits + ((long)_candidates[k].Query * job.MaskLength), job.MaskLength), y, row, scratch.Resample);
                VectorMath.Sigmoid(row);
                scratch.Covered[k] += VectorMath.CountAndScale(row, 0.5f, _candidates[k].Score);
            }

            VectorMath.ArgMax(scratch.Weighed, _candidates.Count, stride, job.Masks.Width, scratch.Best, scratch.Index);
            var labels = new Span<ushort>(job.Labels + (y * (long)job.Masks.Width), job.Masks.Width);
            for (var x = 0; x < labels.Length;)
            {
                // Neighbours mostly have the same winner.
                var k = scratch.Index[x];
                var rest = scratch.Index.AsSpan(x, labels.Length - x);
                var run = rest.IndexOfAnyExcept(k);
                run = run < 0 ? rest.Length : run;
                scratch.Won[k] += run;

                // score * sigmoid >= score * 0.5 is the reference's sigmoid >= 0.5: a product with one factor in common keeps its order.
                scratch.Kept[k] += VectorMath.Label(scratch.Best.AsSpan(x, run), _candidates[k].Score * 0.5f, (ushort)k, Undecided, labels.Slice(x, run));
                x += run;
            }
        }

        lock (_won)
        {
            for (var k = 0; k < _candidates.Count; k++)
            {
                _won[k] += scratch.Won[k];
                _covered[k] += scratch.Covered[k];
                _kept[k] += scratch.Kept[k];
            }
        }
    }

    private void AssignSegments(in NetworkOutput output, SegmentationResult result)
    {
        var vocabulary = output.Classifier.Vocabulary;
        Grow(ref _segmentOf, _candidates.Count);
        for (var k = 0; k < _candidates.Count; k++)
        {
            _segmentOf[k] = SegmentationResult.Void;
            var candidate = _candidates[k];
            if (_won[k] == 0 || _covered[k] == 0 || _kept[k] == 0 || _won[k] / (double)_covered[k] < options.OverlapThreshold)
            {
                continue;
            }

            var isThing = vocabulary.Classes[candidate.Class].IsThing;
            var known = isThing ? -1 : IndexOfStuff(result, candidate.Class);
            if (known >= 0)
            {
                var merged = result.Segments[known];
                result.Segments[known] = merged with { Score = Math.Max(merged.Score, candidate.Score) };
                _segmentOf[k] = (ushort)known;
                continue;
            }

            _segmentOf[k] = (ushort)result.Segments.Count;
            result.Segments.Add(new Segment(result.Segments.Count + 1, candidate.Class, isThing, candidate.Score, 0, default));
        }

        foreach (ref var label in result.Labels)
        {
            label = label == Undecided ? SegmentationResult.Void : _segmentOf[label];
        }

        _statistics.MeasureSegments(result);
    }

    private static int IndexOfStuff(SegmentationResult result, int classIndex)
    {
        for (var i = 0; i < result.Segments.Count; i++)
        {
            if (result.Segments[i].ClassIndex == classIndex)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
    }

    private readonly record struct Candidate(int Query, int Class, float Score);

    private readonly unsafe struct Job(float* logits, ushort* labels, MaskResampler masks, int maskLength)
    {
        public readonly float* Logits = logits;
        public readonly ushort* Labels = labels;
        public readonly MaskResampler Masks = masks;
        public readonly int MaskLength = maskLength;
    }

    /// <summary>Scratch memory and counters of one worker.</summary>
    private sealed class Scratch
    {
        public float[] Weighed = [];
        public float[] Resample = [];
        public float[] Best = [];
        public int[] Index = [];
        public long[] Won = [];
        public long[] Covered = [];
        public long[] Kept = [];

        public void Prepare(MaskResampler masks, int stride, int candidates)
        {
            Grow(ref Weighed, candidates * stride);
            Grow(ref Resample, masks.ScratchLength);
            Grow(ref Best, stride);
            Grow(ref Index, stride);
            Grow(ref Won, candidates);
            Grow(ref Covered, candidates);
            Grow(ref Kept, candidates);
            Array.Clear(Won);
            Array.Clear(Covered);
            Array.Clear(Kept);
        }
    }
}
