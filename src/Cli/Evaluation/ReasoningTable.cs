using System.Text;
using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>The demo's table: a few pictures with classes under invented names, segmented by the names alone and with reasoning about them.</summary>
internal static class ReasoningTable
{
    private const int Scenes = 8;

    /// <summary>Evaluates and describes.</summary>
    public static string Of(SegmentationModel model, long seed, CancellationToken cancellation)
    {
        var text = new StringBuilder($"invented names on {Scenes} synthetic pictures (see 'segr eval'): mIoU, things alone\n");
        foreach (var (protocol, what) in new[]
            { ("names", "the names alone, as \"zwoglark\""), ("reason", "with generic reasoning"), ("image-reason", "with reasoning about each image") })
        {
            // Two frames of each scene: no clips are added, and what they would say is not asked here.
            var dataset = LabelledDatasets.Open($"synthetic:{seed}:{Scenes}:320x180:2", new LabelledDatasetOptions { Protocol = protocol });
            using var predictions = new ModelPredictions(
                model, dataset, new ModelPredictionSettings { Modes = [SegmentationMode.Semantic], Rules = new PostprocessOptions() },
                reasons => model.Embed(dataset.Vocabulary, model.DefaultTextOptions with { Reasons = reasons }, cache: null, cancellationToken: cancellation));
            var scores = DatasetEvaluation.Run(dataset, predictions.Predict, cancellationToken: cancellation);
            text.Append($"  {what,-34} {scores.Semantic.MeanIoU:0.00}  {scores.ThingsIoU:0.00}\n");
        }

        return text.ToString();
    }
}
