using System.Collections;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>Adds up every score over the pictures of a dataset. A picture is added as a whole or, where it does not fit, not at all.</summary>
public sealed class EvaluationTally
{
    /// <summary>Most classes that an evaluation takes: its tables grow with their square.</summary>
    public const int MaxClasses = 8192;

    private readonly Vocabulary _vocabulary;
    private readonly ConfusionMatrix _confusion;
    private readonly PanopticEvaluator _panoptic;
    private readonly InstanceEvaluator _instances = new();
    private readonly ConsistencyMeter _consistency;
    private readonly List<PictureScore> _pictures = [];
    private readonly List<SkippedPicture> _skipped = [];
    private int _consistencyFrames;
    private bool _hasPanoptic;

    /// <summary>Starts a tally.</summary>
    /// <param name="vocabulary">The dataset's classes; predictions are indices into it.</param>
    /// <exception cref="InputException">There are more classes than <see cref="MaxClasses"/>.</exception>
    public EvaluationTally(Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (vocabulary.Count > MaxClasses)
        {
            throw new InputException($"an evaluation takes {MaxClasses} classes at most, the vocabulary has {vocabulary.Count}");
        }

        _vocabulary = vocabulary;
        _confusion = new ConfusionMatrix(vocabulary.Count);
        _panoptic = new PanopticEvaluator(Enumerable.Range(0, vocabulary.Count));
        _consistency = new ConsistencyMeter(vocabulary.Count);
    }

    /// <summary>Adds one picture.</summary>
    /// <param name="index">Its position in the dataset.</param>
    /// <param name="picture">The picture with its truth.</param>
    /// <param name="prediction">What was predicted for it.</param>
    /// <exception cref="InputException">The prediction does not fit the picture or the classes; the message says where.</exception>
    public void Add(int index, LabelledPicture picture, Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(prediction);
        Check(picture, prediction);
        if (picture.IsConsistencyOnly)
        {
            _consistencyFrames++;
        }
        else
        {
            AddScores(index, picture, prediction);
        }

        if (prediction.Classes is not null)
        {
            _consistency.Add(picture, prediction.Classes);
        }
    }

    /// <summary>Notes that a picture could not be scored.</summary>
    public void Skip(string id, string reason) => _skipped.Add(new SkippedPicture(id, reason));

    /// <summary>The scores of everything added so far.</summary>
    public EvaluationScores Score()
    {
        var semantic = _confusion.Score();
        var isThing = _vocabulary.Classes.Select(c => c.IsThing).ToArray();
        var pixels = new double[_vocabulary.Count];
        for (var c = 0; c < pixels.Length; c++)
        {
            for (var p = 0; p <= pixels.Length; p++)
            {
                pixels[c] += _confusion[p, c];
            }
        }

        var labelled = pixels.Sum();
        return new EvaluationScores
        {
            Frames = _pictures.Count,
            ConsistencyFrames = _consistencyFrames,
            Semantic = semantic,
            ThingsIoU = Mean(semantic.IoU.Where((_, c) => isThing[c])),
            StuffIoU = Mean(semantic.IoU.Where((_, c) => !isThing[c])),
            Panoptic = _panoptic.Average(_ => true),
            PanopticThings = _panoptic.Average(c => isThing[c]),
            PanopticStuff = _panoptic.Average(c => !isThing[c]),
            AveragePrecision = _instances.AveragePrecision,
            AveragePrecision50 = _instances.AveragePrecision50,
            Flicker = _consistency.Flicker,
            StaticPixels = _consistency.StaticPixels,
            MotionIoU = _consistency.MotionIoU,
            Classes = [.. _vocabulary.Classes.Select((c, i) => new ClassResult(
                c.Name, c.IsThing, labelled == 0 ? double.NaN : pixels[i] / labelled, semantic.IoU[i], semantic.Accuracy[i],
                _hasPanoptic ? _panoptic.Classes[i] : null, _instances.OfClass(i)))],
            Pictures = _pictures,
            Skipped = _skipped,
        };
    }

    private void AddScores(int index, LabelledPicture picture, Prediction prediction)
    {
        if (picture.SegmentIds is { } truth && prediction.SegmentIds is { } predicted)
        {
            _panoptic.Add(truth, picture.Segments, predicted, prediction.Segments);
            _hasPanoptic = true;
        }

        if (picture.SegmentIds is not null && prediction.Instances is { } instances)
        {
            _instances.Add(TrueInstances(picture), [.. instances.Select(i => (i.Class, i.Mask, i.Score))]);
        }

        if (prediction.Classes is { } classes)
        {
            var own = new ConfusionMatrix(_vocabulary.Count);
            own.Add(picture.Classes, classes);
            _confusion.Add(own);
            var score = own.Score();
            _pictures.Add(new PictureScore(index, picture.Id, score.MeanIoU, score.PixelAccuracy));
        }
        else
        {
            _pictures.Add(new PictureScore(index, picture.Id, double.NaN, double.NaN));
        }
    }

    private (int Class, BinaryMask Mask, bool IsCrowd)[] TrueInstances(LabelledPicture picture)
    {
        var things = picture.Segments.Where(s => _vocabulary.Classes[s.Category].IsThing).ToArray();
        var position = things.Select((s, i) => (s.Id, i)).ToDictionary(p => p.Id, p => p.i);
        var bits = things.Select(_ => new BitArray(picture.SegmentIds!.Length)).ToArray();
        for (var i = 0; i < picture.SegmentIds!.Length; i++)
        {
            if (position.TryGetValue(picture.SegmentIds[i], out var p))
            {
                bits[p][i] = true;
            }
        }

        return [.. things.Select((s, i) => (s.Category, new BinaryMask(picture.Frame.Width, picture.Frame.Height, bits[i]), s.IsCrowd))];
    }

    private void Check(LabelledPicture picture, Prediction prediction)
    {
        var (width, height) = (picture.Frame.Width, picture.Frame.Height);
        if (prediction.Width != width || prediction.Height != height)
        {
            throw new InputException(
                $"the prediction for '{picture.Id}' is {prediction.Width}x{prediction.Height}, the picture {width}x{height}: they must have one size");
        }

        if (prediction.Classes is { } classes)
        {
            foreach (var c in classes)
            {
                if (c >= _vocabulary.Count && c != LabelledPicture.Ignored)
                {
                    throw new InputException(
                        $"the prediction for '{picture.Id}' has the class {c}, the last one is {_vocabulary.Count - 1} ({LabelledPicture.Ignored} is none)");
                }
            }
        }

        if (prediction.Instances?.FirstOrDefault(i => (uint)i.Class >= (uint)_vocabulary.Count || i.Mask.Width != width || i.Mask.Height != height) is { Mask: not null } odd)
        {
            throw new InputException($"an object predicted for '{picture.Id}' has the class {odd.Class} of {_vocabulary.Count} and a mask of {odd.Mask.Width}x{odd.Mask.Height}, the picture is {width}x{height}");
        }
    }

    private static double Mean(IEnumerable<double> values)
    {
        var present = values.Where(v => !double.IsNaN(v)).ToArray();
        return present.Length == 0 ? double.NaN : present.Average();
    }
}
