using System.Text.Json;
using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>Scores as JSON: fractions, null where nothing of the kind was scored.</summary>
internal static class ScoreJson
{
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, EvaluationSummary summary)
    {
        var s = summary.Scores;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("predictor", summary.Predictor);
            json.WriteString("dataset", summary.Dataset.Name);
            json.WriteString("description", summary.Dataset.Description);
            json.WriteNumber("frames", s.Frames);
            json.WriteNumber("consistency_frames", s.ConsistencyFrames);
            Number(json, "miou", s.Semantic.MeanIoU);
            Number(json, "fwiou", s.Semantic.FrequencyWeightedIoU);
            Number(json, "macc", s.Semantic.MeanAccuracy);
            Number(json, "pacc", s.Semantic.PixelAccuracy);
            Number(json, "miou_things", s.ThingsIoU);
            Number(json, "miou_stuff", s.StuffIoU);
            Panoptic(json, "", s.Panoptic);
            Panoptic(json, "_things", s.PanopticThings);
            Panoptic(json, "_stuff", s.PanopticStuff);
            Number(json, "ap", s.AveragePrecision);
            Number(json, "ap50", s.AveragePrecision50);
            Number(json, "flicker", s.Flicker);
            json.WriteNumber("static_pixels", s.StaticPixels);
            Number(json, "motion_iou", s.MotionIoU);
            Classes(json, summary);
            json.WriteStartArray("skipped");
            foreach (var skipped in s.Skipped)
            {
                json.WriteStartObject();
                json.WriteString("id", skipped.Id);
                json.WriteString("reason", skipped.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        ResultFile.Write(path, buffer.ToArray());
    }

    private static void Classes(Utf8JsonWriter json, EvaluationSummary summary)
    {
        json.WriteStartArray("classes");
        for (var i = 0; i < summary.Scores.Classes.Count; i++)
        {
            var c = summary.Scores.Classes[i];
            json.WriteStartObject();
            json.WriteString("name", c.Name);
            json.WriteString("meaning", summary.Dataset.Classes.Classes[i].Name);
            json.WriteBoolean("thing", c.IsThing);
            Number(json, "share", c.TruePixelShare);
            Number(json, "iou", c.IoU);
            Number(json, "acc", c.Accuracy);
            if (c.Panoptic is { IsCounted: true } panoptic)
            {
                Number(json, "pq", panoptic.PanopticQuality);
                Number(json, "sq", panoptic.SegmentationQuality);
                Number(json, "rq", panoptic.RecognitionQuality);
                json.WriteNumber("tp", panoptic.TruePositives);
                json.WriteNumber("fp", panoptic.FalsePositives);
                json.WriteNumber("fn", panoptic.FalseNegatives);
            }

            Number(json, "ap", c.AveragePrecision);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Panoptic(Utf8JsonWriter json, string suffix, PanopticScores scores)
    {
        Number(json, "pq" + suffix, scores.Quality);
        Number(json, "sq" + suffix, scores.SegmentationQuality);
        Number(json, "rq" + suffix, scores.RecognitionQuality);
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsNaN(value))
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteNumber(name, value);
        }
    }
}
