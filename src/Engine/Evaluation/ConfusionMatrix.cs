namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// Counts of pixels by predicted and true class over any number of pictures, and the semantic scores they give. The counting is that of
/// detectron2's SemSegEvaluator: ignored pixels have a column of their own; one row more holds pixels that were predicted to be nothing.
/// </summary>
public sealed class ConfusionMatrix
{
    private readonly long[] _counts;

    /// <summary>Creates an empty matrix for <paramref name="classCount"/> classes, at least 1.</summary>
    public ConfusionMatrix(int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        ClassCount = classCount;
        _counts = new long[checked((classCount + 1) * (classCount + 1))];
    }

    /// <summary>n, number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Pixels predicted as <paramref name="predicted"/> whose truth is <paramref name="truth"/>; n means nothing, or ignored.</summary>
    public long this[int predicted, int truth] => _counts[(predicted * (ClassCount + 1)) + truth];

    /// <summary>Adds one picture.</summary>
    /// <param name="truth">Class of each pixel; values of n or more are ignored pixels.</param>
    /// <param name="predicted">Predicted class of each pixel; values of n or more are pixels without a class, which count as missed.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Add(ReadOnlySpan<ushort> truth, ReadOnlySpan<ushort> predicted)
    {
        if (truth.Length != predicted.Length)
        {
            throw new ArgumentException($"{predicted.Length} predicted pixels do not fit {truth.Length} true ones", nameof(predicted));
        }

        var side = ClassCount + 1;
        for (var i = 0; i < truth.Length; i++)
        {
            var row = Math.Min((int)predicted[i], ClassCount);
            _counts[(row * side) + Math.Min((int)truth[i], ClassCount)]++;
        }
    }

    /// <summary>Adds the counts of another matrix of as many classes.</summary>
    public void Add(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.ClassCount, ClassCount);
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>The scores of everything added so far.</summary>
    public SemanticScores Score()
    {
        var iou = new double[ClassCount];
        var accuracy = new double[ClassCount];
        double truePositives = 0, labelled = 0, weightedIou = 0, iouSum = 0, accuracySum = 0;
        var present = 0;
        for (var c = 0; c < ClassCount; c++)
        {
            double ofTruth = 0, ofPrediction = 0;
            for (var i = 0; i <= ClassCount; i++)
            {
                ofTruth += this[i, c];
                ofPrediction += i < ClassCount ? this[c, i] : 0;
            }

            double hit = this[c, c];
            iou[c] = double.NaN;
            accuracy[c] = double.NaN;
            truePositives += hit;
            labelled += ofTruth;
            if (ofTruth > 0)
            {
                // A class that is predicted but nowhere true has no score of its own: its pixels lower the scores of the others.
                accuracy[c] = hit / ofTruth;
                iou[c] = hit / (ofTruth + ofPrediction - hit);
                iouSum += iou[c];
                accuracySum += accuracy[c];
                weightedIou += iou[c] * ofTruth;
                present++;
            }
        }

        return new SemanticScores(
            present == 0 ? double.NaN : iouSum / present,
            labelled == 0 ? double.NaN : weightedIou / labelled,
            present == 0 ? double.NaN : accuracySum / present,
            labelled == 0 ? double.NaN : truePositives / labelled,
            iou,
            accuracy);
    }
}
