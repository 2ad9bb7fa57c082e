using System.Text.Json;
using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Tests.Capture;

namespace OpenSegR.Realtime.Tests.Datasets;

/// <summary>golden/metrics written as folders of files and scored as a user's folders are: by the dataset readers, the prediction reader and the tally.</summary>
public sealed class GoldenFolderTests
{
    [Fact]
    public void Label_maps_score_as_the_reference_says()
    {
        using var file = SafetensorsFile.Open(Golden.Locate("metrics", "semseg_cases.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("metrics", "semseg_results.json")));
        using var folder = new TempFolder();
        LabelFiles.Text(folder["data/classes.txt"], string.Concat(Enumerable.Range(0, 8).Select(c => $"class{c}\n")));
        foreach (var name in new[] { "case0", "case1", "case2" })
        {
            var (height, width) = (file.Tensors[$"{name}.gt"].Shape[0], file.Tensors[$"{name}.gt"].Shape[1]);
            LabelFiles.Photo(folder[$"data/images/{name}.png"], width, height);
            LabelFiles.Gray8(folder[$"data/labels/{name}.png"], file.Read<byte>($"{name}.gt"), width, height);
            LabelFiles.Gray8(folder[$"predicted/{name}.png"], file.Read<byte>($"{name}.pred"), width, height);
        }

        var scores = Score($"semantic:{folder["data"]}", folder["predicted"]);
        var expected = json.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "all");
        AssertPercent(expected.GetProperty("mIoU"), scores.Semantic.MeanIoU);
        AssertPercent(expected.GetProperty("fwIoU"), scores.Semantic.FrequencyWeightedIoU);
        AssertPercent(expected.GetProperty("mACC"), scores.Semantic.MeanAccuracy);
        AssertPercent(expected.GetProperty("pACC"), scores.Semantic.PixelAccuracy);
        for (var c = 0; c < 8; c++)
        {
            AssertPercent(expected.GetProperty("IoU")[c], scores.Classes[c].IoU);
            AssertPercent(expected.GetProperty("ACC")[c], scores.Classes[c].Accuracy);
        }

        Assert.Equal(3, scores.Frames);
    }

    [Fact]
    public void Panoptic_maps_score_as_the_reference_says()
    {
        using var file = SafetensorsFile.Open(Golden.Locate("metrics", "panoptic_cases.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("metrics", "panoptic_results.json")));
        using var folder = new TempFolder();
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        foreach (var name in cases.Select(c => c.GetProperty("name").GetString()!))
        {
            var (height, width) = (file.Tensors[$"{name}.gt"].Shape[0], file.Tensors[$"{name}.gt"].Shape[1]);
            LabelFiles.Photo(folder[$"data/images/{name}.png"], width, height);
            LabelFiles.Ids(folder[$"data/panoptic/{name}.png"], file.Read<int>($"{name}.gt"), width, height);
            LabelFiles.Ids(folder[$"predicted/{name}.png"], file.Read<int>($"{name}.pred"), width, height);
        }

        object Annotation(JsonElement c, string segments) => new
        {
            image_id = c.GetProperty("name").GetString(), file_name = c.GetProperty("name").GetString() + ".png", segments_info = c.GetProperty(segments),
        };
        var categories = json.RootElement.GetProperty("categories").EnumerateArray()
            .Select(c => new { id = c.GetProperty("id").GetInt32(), isthing = c.GetProperty("isthing").GetInt32(), name = $"class {c.GetProperty("id").GetInt32()}" });
        var images = cases.Select(c => new { id = c.GetProperty("name").GetString(), file_name = c.GetProperty("name").GetString() + ".png" });
        LabelFiles.Text(folder["data/panoptic.json"], JsonSerializer.Serialize(new { categories, images, annotations = cases.Select(c => Annotation(c, "gt_segments")) }));
        LabelFiles.Text(folder["predicted/panoptic.json"], JsonSerializer.Serialize(new { annotations = cases.Select(c => Annotation(c, "pred_segments")) }));

        var scores = Score($"coco-panoptic:{folder["data"]}", folder["predicted"]);
        var expected = json.RootElement.GetProperty("all_images");
        foreach (var (name, actual) in new[] { ("All", scores.Panoptic), ("Things", scores.PanopticThings), ("Stuff", scores.PanopticStuff) })
        {
            var row = expected.GetProperty(name);
            Assert.Equal(row.GetProperty("n").GetInt32(), actual.ClassCount);
            Assert.Equal(row.GetProperty("pq").GetDouble(), actual.Quality, 1e-12);
            Assert.Equal(row.GetProperty("sq").GetDouble(), actual.SegmentationQuality, 1e-12);
            Assert.Equal(row.GetProperty("rq").GetDouble(), actual.RecognitionQuality, 1e-12);
        }

        foreach (var row in expected.GetProperty("per_class").EnumerateObject())
        {
            var actual = scores.Classes[int.Parse(row.Name) - 1].Panoptic!;
            Assert.Equal(
                (row.Value.GetProperty("tp").GetInt32(), row.Value.GetProperty("fp").GetInt32(), row.Value.GetProperty("fn").GetInt32()),
                (actual.TruePositives, actual.FalsePositives, actual.FalseNegatives));
            Assert.Equal(row.Value.GetProperty("iou_sum").GetDouble(), actual.IoUSum, 1e-12);
        }
    }

    private static EvaluationScores Score(string spec, string predicted)
    {
        var dataset = LabelledDatasets.Open(spec);
        using var predictions = new PredictionFolder(predicted, dataset);
        var scores = DatasetEvaluation.Run(dataset, predictions.Read, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(scores.Skipped);
        return scores;
    }

    private static void AssertPercent(JsonElement expected, double actual) =>
        Assert.Equal(expected.ValueKind == JsonValueKind.Null ? double.NaN : expected.GetDouble(), actual * 100, 1e-9);
}
