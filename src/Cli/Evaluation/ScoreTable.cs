using System.Text;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>Scores as text: the means, then one line a class.</summary>
internal static class ScoreTable
{
    private const int NameWidth = 38;

    public static string Of(EvaluationSummary summary)
    {
        var s = summary.Scores;
        var text = new StringBuilder();
        text.Append($"{summary.Predictor} on {summary.Dataset.Name}: {s.Frames} pictures scored");
        text.Append(s.ConsistencyFrames > 0 ? $", {s.ConsistencyFrames} more compared over time" : "");
        text.Append(s.Skipped.Count > 0 ? $", {s.Skipped.Count} not scored\n" : "\n");
        text.Append($"  semantic   mIoU {Long(s.Semantic.MeanIoU)}   fwIoU {Long(s.Semantic.FrequencyWeightedIoU)}   mACC {Long(s.Semantic.MeanAccuracy)}   pACC {Long(s.Semantic.PixelAccuracy)}\n");
        text.Append($"             mIoU of things {Long(s.ThingsIoU)}, of stuff {Long(s.StuffIoU)}\n");
        if (s.Panoptic.ClassCount > 0)
        {
            foreach (var (name, scores) in new[] { ("panoptic ", s.Panoptic), ("   things", s.PanopticThings), ("    stuff", s.PanopticStuff) })
            {
                text.Append($"  {name}  PQ {Long(scores.Quality)}   SQ {Long(scores.SegmentationQuality)}   RQ {Long(scores.RecognitionQuality)}   {scores.ClassCount} classes\n");
            }
        }

        if (!double.IsNaN(s.AveragePrecision))
        {
            text.Append($"  instance   AP {Long(s.AveragePrecision)}   AP50 {Long(s.AveragePrecision50)}\n");
        }

        if (!double.IsNaN(s.Flicker) || !double.IsNaN(s.MotionIoU))
        {
            text.Append($"  video      flicker {Long(s.Flicker)} of {s.StaticPixels} static pixels   IoU along motion {Long(s.MotionIoU)}\n");
        }

        text.Append($"\n  {"class",-NameWidth}  share    IoU    acc     PQ     SQ     RQ     AP\n");
        for (var i = 0; i < s.Classes.Count; i++)
        {
            var c = s.Classes[i];
            var name = summary.NameOf(i);
            var panoptic = c.Panoptic is { IsCounted: true } ? c.Panoptic : null;
            text.Append($"  {(name.Length > NameWidth ? name[..(NameWidth - 2)] + ".." : name),-NameWidth} {Short(c.TruePixelShare)} {Short(c.IoU)} {Short(c.Accuracy)}");
            text.Append($" {Short(panoptic?.PanopticQuality)} {Short(panoptic?.SegmentationQuality)} {Short(panoptic?.RecognitionQuality)} {Short(c.AveragePrecision)}\n");
        }

        return text.ToString();
    }

    private static string Long(double value) => double.IsNaN(value) ? "-" : $"{value:0.0000}";

    private static string Short(double? value) => value is { } v && !double.IsNaN(v) ? $"{v,6:0.000}" : "     -";
}
