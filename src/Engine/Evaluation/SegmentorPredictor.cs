using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// Predicts pictures with a model. The network runs once a picture, whatever is predicted; maps are made at the picture's own size and every
/// pixel gets a class, as benchmarks ask for.
/// </summary>
public sealed class SegmentorPredictor : IDisposable
{
    private readonly Segmentor _segmentor;
    private readonly SegmentorSlot _slot;
    private readonly SegmentationResult _result;
    private readonly Func<ReasonSet, TextClassifier> _embed;
    private readonly TextClassifier _classifier;
    private readonly Dictionary<SegmentationMode, Postprocessor> _rules;
    private (ReasonSet Reasons, TextClassifier Classifier)? _latest;

    /// <summary>Creates a predictor.</summary>
    /// <param name="segmentor">The model at work; it stays the caller's and must outlive this.</param>
    /// <param name="rules">Thresholds; mode, resolution and least scores are set here.</param>
    /// <param name="modes">What to predict.</param>
    /// <param name="embed">Makes the classifier for a picture that brings reasoning of its own.</param>
    public SegmentorPredictor(Segmentor segmentor, PostprocessOptions rules, IEnumerable<SegmentationMode> modes, Func<ReasonSet, TextClassifier> embed)
    {
        ArgumentNullException.ThrowIfNull(segmentor);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(modes);
        _segmentor = segmentor;
        _classifier = segmentor.Classifier;
        _embed = embed;
        _rules = modes.ToDictionary(mode => mode, mode => new Postprocessor(
            rules with { Mode = mode, Resolution = OutputResolution.Frame, MinScore = 0, InstanceMinScore = 0 }));
        _slot = segmentor.CreateSlot();
        _result = new SegmentationResultPool().Rent();
    }

    /// <summary>Predicts one picture. Of one that is there for its neighbours in time only the classes are predicted.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="imageReasons">Reasoning about it; the picture's own where null.</param>
    public Prediction Predict(LabelledPicture picture, ReasonSet? imageReasons = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        _segmentor.Classifier = (imageReasons ?? picture.Reasons) is { } reasons ? ClassifierOf(reasons) : _classifier;
        _segmentor.Preprocess(picture.Frame, _slot);
        _segmentor.Infer(_slot);
        var prediction = new Prediction { Width = picture.Frame.Width, Height = picture.Frame.Height };
        foreach (var (mode, rules) in _rules)
        {
            if (picture.IsConsistencyOnly && mode != SegmentationMode.Semantic)
            {
                continue;
            }

            _segmentor.Postprocess(_slot, rules, _result);
            prediction = mode switch
            {
                SegmentationMode.Semantic => prediction with { Classes = _result.Labels.ToArray() },
                SegmentationMode.Panoptic => prediction with
                {
                    SegmentIds = SegmentIds(_result),
                    Segments = [.. _result.Segments.Select(s => new PanopticSegment(s.Id, s.ClassIndex))],
                },
                _ => prediction with
                {
                    Instances = [.. _result.Segments.Zip(_result.InstanceMasks, (s, mask) => new InstancePrediction(s.ClassIndex, s.Score, mask.Copy()))],
                },
            };
        }

        return prediction;
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        _slot.Dispose();
        _result.Dispose();
        foreach (var rules in _rules.Values)
        {
            rules.Dispose();
        }

        _segmentor.Classifier = _classifier;
    }

    // The pictures of a video share their reasoning.
    private TextClassifier ClassifierOf(ReasonSet reasons)
    {
        if (!ReferenceEquals(_latest?.Reasons, reasons))
        {
            _latest = (reasons, _embed(reasons));
        }

        return _latest.Value.Classifier;
    }

    private static int[] SegmentIds(SegmentationResult result)
    {
        var labels = result.Labels;
        var ids = new int[labels.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = labels[i] < result.Segments.Count ? result.Segments[labels[i]].Id : PanopticEvaluator.VoidId;
        }

        return ids;
    }
}
