using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// Average precision of instance masks over any number of pictures, as COCO defines it: for each class and each intersection-over-union
/// limit from 0.50 to 0.95, detections are matched best score first, and precision is read at 101 recalls.
/// </summary>
public sealed class InstanceEvaluator
{
    /// <summary>The limits of intersection over union, 0.50, 0.55, ... 0.95.</summary>
    public static IReadOnlyList<double> Limits { get; } = Enumerable.Range(0, 10).Select(i => 0.5 + (i * 0.05)).ToArray();

    private readonly SortedDictionary<int, ClassRecord> _classes = [];

    /// <summary>Adds one picture.</summary>
    /// <param name="truth">True objects: class, mask, and whether it is a crowd (matches are then neither right nor wrong).</param>
    /// <param name="detections">Predicted objects: class, mask and score; at most the 100 best of a class are considered.</param>
    public void Add(
        IReadOnlyList<(int Class, BinaryMask Mask, bool IsCrowd)> truth, IReadOnlyList<(int Class, BinaryMask Mask, float Score)> detections)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(detections);
        foreach (var c in truth.Select(t => t.Class).Concat(detections.Select(d => d.Class)).Distinct())
        {
            AddClass(
                Record(c),
                truth.Where(t => t.Class == c).OrderBy(t => t.IsCrowd).ToArray(),
                detections.Where(d => d.Class == c).OrderByDescending(d => d.Score).Take(100).ToArray());
        }
    }

    /// <summary>Mean over the classes that have true objects, and over all limits; NaN where there are none.</summary>
    public double AveragePrecision => Mean(_ => true);

    /// <summary>Mean over the classes at the limit 0.50; NaN where there are none.</summary>
    public double AveragePrecision50 => Mean(limit => limit == 0);

    /// <summary>Average precision of one class over all limits; NaN where it has no true objects.</summary>
    public double OfClass(int classIndex) =>
        _classes.TryGetValue(classIndex, out var record) && record.Objects > 0
            ? Limits.Select((_, i) => Precision(record, i)).Average() : double.NaN;

    private double Mean(Func<int, bool> includeLimit)
    {
        var values = _classes.Values.Where(r => r.Objects > 0)
            .SelectMany(r => Enumerable.Range(0, Limits.Count).Where(includeLimit).Select(i => Precision(r, i))).ToArray();
        return values.Length == 0 ? double.NaN : values.Average();
    }

    private static void AddClass(
        ClassRecord record, (int Class, BinaryMask Mask, bool IsCrowd)[] truth, (int Class, BinaryMask Mask, float Score)[] detections)
    {
        record.Objects += truth.Count(t => !t.IsCrowd);
        var overlap = new double[detections.Length, truth.Length];
        for (var d = 0; d < detections.Length; d++)
        {
            for (var t = 0; t < truth.Length; t++)
            {
                overlap[d, t] = IoU(detections[d].Mask, truth[t].Mask, truth[t].IsCrowd);
            }
        }

        var outcomes = new Outcome[detections.Length, Limits.Count];
        for (var limit = 0; limit < Limits.Count; limit++)
        {
            var taken = new bool[truth.Length];
            for (var d = 0; d < detections.Length; d++)
            {
                var best = -1;
                var bestOverlap = Math.Min(Limits[limit], 1 - 1e-10);
                for (var t = 0; t < truth.Length; t++)
                {
                    // Crowds come last in the list: a match with a real object is kept before a crowd is looked at.
                    if ((taken[t] && !truth[t].IsCrowd) || (best >= 0 && !truth[best].IsCrowd && truth[t].IsCrowd) || overlap[d, t] < bestOverlap)
                    {
                        continue;
                    }

                    best = t;
                    bestOverlap = overlap[d, t];
                }

                outcomes[d, limit] = best < 0 ? Outcome.Wrong : truth[best].IsCrowd ? Outcome.Ignored : Outcome.Right;
                if (best >= 0)
                {
                    taken[best] = true;
                }
            }
        }

        for (var d = 0; d < detections.Length; d++)
        {
            record.Detections.Add((detections[d].Score, Enumerable.Range(0, Limits.Count).Select(i => outcomes[d, i]).ToArray()));
        }
    }

    private static double Precision(ClassRecord record, int limit)
    {
        var ordered = record.Detections.OrderByDescending(d => d.Score).Select(d => d.Outcomes[limit]).Where(o => o != Outcome.Ignored).ToArray();
        var precision = new double[ordered.Length];
        var recall = new double[ordered.Length];
        var right = 0;
        for (var i = 0; i < ordered.Length; i++)
        {
            right += ordered[i] == Outcome.Right ? 1 : 0;
            precision[i] = right / (double)(i + 1);
            recall[i] = right / (double)record.Objects;
        }

        for (var i = ordered.Length - 2; i >= 0; i--)
        {
            precision[i] = Math.Max(precision[i], precision[i + 1]);
        }

        var sum = 0.0;
        var at = 0;
        for (var step = 0; step <= 100; step++)
        {
            while (at < ordered.Length && recall[at] < step / 100.0)
            {
                at++;
            }

            sum += at < ordered.Length ? precision[at] : 0;
        }

        return sum / 101;
    }

    private static double IoU(BinaryMask detection, BinaryMask truth, bool isCrowd)
    {
        if (detection.Width != truth.Width || detection.Height != truth.Height)
        {
            throw new InputException(
                $"a predicted mask is {detection.Width}x{detection.Height}, the true one {truth.Width}x{truth.Height}: they must have one size");
        }

        long both = BinaryMask.Area(detection, truth), ofDetection = detection.Area(), ofTruth = truth.Area();

        // Against a crowd only the detection's own area counts: any part of the crowd may be detected.
        var union = isCrowd ? ofDetection : ofDetection + ofTruth - both;
        return union == 0 ? 0 : both / (double)union;
    }

    private ClassRecord Record(int classIndex)
    {
        if (!_classes.TryGetValue(classIndex, out var record))
        {
            _classes[classIndex] = record = new ClassRecord();
        }

        return record;
    }

    private enum Outcome : byte
    {
        Wrong,
        Right,
        Ignored,
    }

    private sealed class ClassRecord
    {
        public int Objects { get; set; }

        public List<(float Score, Outcome[] Outcomes)> Detections { get; } = [];
    }
}
