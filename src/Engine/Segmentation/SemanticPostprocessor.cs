namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Semantic inference: each pixel goes to the class whose queries, weighed by their class scores, cover it most
/// (semantic_inference in MAFT-Plus, semantic_inference_reason in OpenSeg-R, maft/maft_plus.py). A network without queries (SED) has
/// scored the pixels itself; its maps are only brought to size. Works on bands of rows; the
/// scores of all classes exist for a few rows at a time only.
/// </summary>
internal sealed class SemanticPostprocessor(PostprocessOptions options, WorkerTeam team)
{
    private const int RowsPerBand = 8;
    private readonly SegmentStatistics _statistics = new();
    private readonly ResamplerCache _resamplers = new();
    private float[] _weights = [];
    private float[] _packed = [];
    private int[] _queries = [];
    private int _used;
    private int _classes;
    private double[] _scoreSums = [];
    private Band[] _bands = [];
    private Action<int, int>? _runBand;
    private Job _job;

    /// <summary>Fills the result's label map and segments.</summary>
    public void Run(in NetworkOutput output, SegmentationResult result)
    {
        var geometry = output.Geometry;
        if (output.Queries == 0)
        {
            var maps = _resamplers.Stride4(geometry);
            var toFrame = options.Resolution == OutputResolution.Frame ? _resamplers.Stride4ToFrame(geometry) : null;
            result.Resize(toFrame?.Width ?? maps.Width, toFrame?.Height ?? maps.Height);
            TakeMaps(output);
            RunBands(output, maps, toFrame, result, default);
            _statistics.AddClasses(output.Classifier, _scoreSums, result);
            return;
        }

        var scoresFirst = options.Resolution == OutputResolution.Frame && !options.MasksBeforeScores;
        var masks = options.Resolution == OutputResolution.Stride4 ? _resamplers.Stride4(geometry)
            : scoresFirst ? _resamplers.ToResized(geometry) : _resamplers.ToFrame(geometry);
        var finish = scoresFirst && (geometry.ResizedWidth != geometry.SourceWidth || geometry.ResizedHeight != geometry.SourceHeight)
            ? _resamplers.ScoresToFrame(geometry) : null;
        result.Resize(finish?.Width ?? masks.Width, finish?.Height ?? masks.Height);
        PackWeights(output);
        RunBands(output, masks, finish, result, default);
        _statistics.AddClasses(output.Classifier, _scoreSums, result);
    }

    /// <summary>The scores themselves, for inspection: [vocabulary classes, height, width] at the frame's size; classes out of play are 0.</summary>
    public float[] Scores(in NetworkOutput output)
    {
        var geometry = output.Geometry;
        var scores = new float[checked(output.Classifier.Vocabulary.Count * geometry.SourceWidth * geometry.SourceHeight)];
        if (output.Queries == 0)
        {
            TakeMaps(output);
            RunBands(output, _resamplers.Stride4(geometry), _resamplers.Stride4ToFrame(geometry), null, scores);
            return scores;
        }

        var masks = options.MasksBeforeScores ? _resamplers.ToFrame(geometry) : _resamplers.ToResized(geometry);
        var finish = options.MasksBeforeScores ? null : _resamplers.ScoresToFrame(geometry);
        PackWeights(output);
        RunBands(output, masks, finish, null, scores);
        return scores;
    }

    /// <summary>
    /// The weight that a query must pass for one class at least. Below it, it adds at most Queries times that to a score: far below what fp32
    /// keeps in the exact case, a thousandth of a score in the fast one.
    /// </summary>
    public static float LeastWeight(OutputResolution resolution) => resolution == OutputResolution.Frame ? 1e-9f : 1e-5f;

    private void TakeMaps(in NetworkOutput output) => (_classes, _used) = (output.ClassCount, 0);

    /// <summary>Keeps the queries that say anything; most queries of a trained model are void everywhere.</summary>
    private void PackWeights(in NetworkOutput output)
    {
        _classes = output.ClassCount;
        var rows = (_classes + 3) / 4 * 4;
        Grow(ref _weights, _classes * output.Queries);
        Grow(ref _packed, rows * output.Queries);
        Grow(ref _queries, output.Queries);
        var weights = _weights.AsSpan(0, _classes * output.Queries);
        ClassScores.Semantic(output, weights);

        var limit = LeastWeight(options.Resolution);
        _used = 0;
        for (var q = 0; q < output.Queries; q++)
        {
            for (var t = 0; t < _classes; t++)
            {
                if (weights[(t * output.Queries) + q] > limit)
                {
                    _queries[_used++] = q;
                    break;
                }
            }
        }

        _packed.AsSpan(0, rows * _used).Clear();
        for (var t = 0; t < _classes; t++)
        {
            for (var k = 0; k < _used; k++)
            {
                _packed[(t * _used) + k] = weights[(t * output.Queries) + _queries[k]];
            }
        }
    }

    private unsafe void RunBands(in NetworkOutput output, MaskResampler masks, ScoreResampler? finish, SegmentationResult? result, float[]? scores)
    {
        var height = finish?.Height ?? masks.Height;
        var bands = (height + RowsPerBand - 1) / RowsPerBand;
        if (_bands.Length < team.Size)
        {
            Array.Resize(ref _bands, team.Size);
        }

        Grow(ref _scoreSums, _classes);
        Array.Clear(_scoreSums, 0, _classes);
        fixed (float* logits = output.Queries == 0 ? output.ClassMaps : output.MaskLogits)
        fixed (ushort* labels = result is null ? default : result.Labels)
        {
            _job = new Job(logits, labels, masks, finish, scores, output);
            team.Run(bands, _runBand ??= RunBand);
            _job = default;
        }
    }

    private unsafe void RunBand(int bandIndex, int worker)
    {
        var job = _job;
        var band = _bands[worker] ??= new Band();
        var stride = VectorMath.PaddedLength(Math.Max(job.Masks.Width, job.Width));
        band.Prepare(job.Masks, stride, _used, (_classes + 3) / 4 * 4 * (job.Finish is null ? 1 : 3), _classes);
        for (var y = bandIndex * RowsPerBand; y < Math.Min((bandIndex + 1) * RowsPerBand, job.Height); y++)
        {
            var scores = job.Finish is null ? ScoreRow(job, band, y, stride, 0) : FinishedRow(job, band, y, stride);
            if (job.Scores is not null)
            {
                for (var t = 0; t < _classes; t++)
                {
                    scores.Slice(t * stride, job.Width).CopyTo(
                        job.Scores.AsSpan(((job.ClassIndex[t] * job.Height) + y) * job.Width));
                }

                continue;
            }

            VectorMath.ArgMax(scores, _classes, stride, job.Width, band.Best, band.Index);
            WriteRow(job, band, new Span<ushort>(job.Labels + (y * (long)job.Width), job.Width));
        }

        if (job.Scores is null)
        {
            lock (_scoreSums)
            {
                for (var t = 0; t < _classes; t++)
                {
                    _scoreSums[t] += band.ScoreSums[t];
                }
            }
        }
    }

    /// <summary>Scores of one row at the masks' resolution, kept in one of three slots of the band.</summary>
    private unsafe Span<float> ScoreRow(in Job job, Band band, int y, int stride, int slot)
    {
        var maskLength = job.MaskLength;
        var rows = (_classes + 3) / 4 * 4;
        var scores = band.Scores.AsSpan(slot * rows * stride, rows * stride);
        if (job.IsScored)
        {
            for (var t = 0; t < _classes; t++)
            {
                job.Masks.Row(
                    new ReadOnlySpan<float>(job.Logits + ((long)t * maskLength), maskLength), y, scores.Slice(t * stride, job.Masks.Width), band.Scratch);
            }

            return scores;
        }

        for (var k = 0; k < _used; k++)
        {
            var row = band.Masks.AsSpan(k * stride, job.Masks.Width);
            job.Masks.Row(new ReadOnlySpan<float>(job.Logits + ((long)_queries[k] * maskLength), maskLength), y, row, band.Scratch);
            VectorMath.Sigmoid(row);
        }

        VectorMath.Product(_packed.AsSpan(0, rows * _used), band.Masks, stride, _used, job.Masks.Width, scores);
        return scores;
    }

    /// <summary>Scores of one output row, interpolated between two rows of scores; both are kept for the rows that follow.</summary>
    private Span<float> FinishedRow(in Job job, Band band, int y, int stride)
    {
        var rows = (_classes + 3) / 4 * 4;
        var vertical = job.Finish!.Vertical;
        var low = CachedRow(job, band, vertical.Low[y], stride);
        var high = CachedRow(job, band, vertical.High[y], stride);
        var target = band.Scores.AsSpan(2 * rows * stride, rows * stride);
        for (var t = 0; t < _classes; t++)
        {
            var line = band.Line.AsSpan(0, job.Masks.Width);
            VectorMath.Lerp(low.Slice(t * stride, line.Length), high.Slice(t * stride, line.Length), vertical.Fraction[y], line);
            job.Finish.Horizontal.Apply(line, target.Slice(t * stride, job.Width));
        }

        return target;
    }

    private Span<float> CachedRow(in Job job, Band band, int y, int stride)
    {
        var rows = (_classes + 3) / 4 * 4;
        var slot = y & 1;
        if (band.CachedRow[slot] != y)
        {
            band.CachedRow[slot] = y;
            return ScoreRow(job, band, y, stride, slot);
        }

        return band.Scores.AsSpan(slot * rows * stride, rows * stride);
    }

    private void WriteRow(in Job job, Band band, Span<ushort> labels)
    {
        for (var x = 0; x < labels.Length; x++)
        {
            var t = band.Index[x];
            var score = band.Best[x];
            if (score < options.MinScore)
            {
                labels[x] = SegmentationResult.Void;
                continue;
            }

            labels[x] = (ushort)job.ClassIndex[t];
            band.ScoreSums[t] += score;
        }
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
    }

    private readonly unsafe struct Job(
        float* logits, ushort* labels, MaskResampler masks, ScoreResampler? finish, float[]? scores, in NetworkOutput output)
    {
        public readonly float* Logits = logits;
        public readonly ushort* Labels = labels;
        public readonly MaskResampler Masks = masks;
        public readonly ScoreResampler? Finish = finish;
        public readonly float[]? Scores = scores;
        public readonly int[] ClassIndex = output.Classifier.ClassIndex;
        public readonly bool IsScored = output.Queries == 0;
        public readonly int MaskLength = output.Geometry.MaskWidth * output.Geometry.MaskHeight;

        public int Width => Finish?.Width ?? Masks.Width;

        public int Height => Finish?.Height ?? Masks.Height;
    }

    /// <summary>Scratch memory of one worker.</summary>
    private sealed class Band
    {
        public float[] Masks = [];
        public float[] Scores = [];
        public float[] Scratch = [];
        public float[] Line = [];
        public float[] Best = [];
        public int[] Index = [];
        public double[] ScoreSums = [];
        public readonly int[] CachedRow = [-1, -1];

        public void Prepare(MaskResampler masks, int stride, int queries, int scoreRows, int classes)
        {
            Grow(ref Masks, queries * stride);
            Grow(ref Scores, scoreRows * stride);
            Grow(ref Scratch, masks.ScratchLength);
            Grow(ref Line, stride);
            Grow(ref Best, stride);
            Grow(ref Index, stride);
            Grow(ref ScoreSums, classes);
            Array.Clear(ScoreSums, 0, classes);
            CachedRow[0] = CachedRow[1] = -1;
        }
    }
}
