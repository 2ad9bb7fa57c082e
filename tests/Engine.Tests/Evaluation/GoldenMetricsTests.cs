using System.Text.Json;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Tests.Evaluation;

/// <summary>Metrics against golden/metrics.</summary>
public sealed class GoldenMetricsTests
{
    [Fact]
    public void Semantic_scores_agree()
    {
        using var file = SafetensorsFile.Open(Golden.Locate("metrics", "semseg_cases.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("metrics", "semseg_results.json")));
        var checkedCases = 0;
        foreach (var expected in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var matrix = new ConfusionMatrix(8);
            foreach (var image in expected.GetProperty("images").EnumerateArray().Select(e => e.GetString()))
            {
                matrix.Add(
                    file.Read<byte>($"{image}.gt").Select(v => v == 255 ? ushort.MaxValue : v).ToArray(),
                    file.Read<byte>($"{image}.pred").Select(v => (ushort)v).ToArray());
            }

            var confusion = file.Read<long>($"{expected.GetProperty("name").GetString()}.confusion");
            for (var i = 0; i < 81; i++)
            {
                Assert.Equal(confusion[i], matrix[i / 9, i % 9]);
            }

            var scores = matrix.Score();
            AssertPercent(expected.GetProperty("mIoU"), scores.MeanIoU);
            AssertPercent(expected.GetProperty("fwIoU"), scores.FrequencyWeightedIoU);
            AssertPercent(expected.GetProperty("mACC"), scores.MeanAccuracy);
            AssertPercent(expected.GetProperty("pACC"), scores.PixelAccuracy);
            for (var c = 0; c < 8; c++)
            {
                AssertPercent(expected.GetProperty("IoU")[c], scores.IoU[c]);
                AssertPercent(expected.GetProperty("ACC")[c], scores.Accuracy[c]);
            }

            checkedCases++;
        }

        Assert.Equal(4, checkedCases);
    }

    [Fact]
    public void Panoptic_scores_agree()
    {
        using var file = SafetensorsFile.Open(Golden.Locate("metrics", "panoptic_cases.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("metrics", "panoptic_results.json")));
        var categories = json.RootElement.GetProperty("categories").EnumerateArray()
            .ToDictionary(c => c.GetProperty("id").GetInt32(), c => c.GetProperty("isthing").GetInt32() == 1);
        var all = new PanopticEvaluator(categories.Keys);
        var checkedCases = 0;
        foreach (var expected in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = expected.GetProperty("name").GetString();
            var one = new PanopticEvaluator(categories.Keys);
            foreach (var evaluator in new[] { one, all })
            {
                evaluator.Add(
                    file.Read<int>($"{name}.gt"), Segments(expected.GetProperty("gt_segments")),
                    file.Read<int>($"{name}.pred"), Segments(expected.GetProperty("pred_segments")));
            }

            AssertScores(expected.GetProperty("result"), one, categories);
            checkedCases++;
        }

        Assert.Equal(4, checkedCases);
        AssertScores(json.RootElement.GetProperty("all_images"), all, categories);
    }

    [Fact]
    public void Pixels_predicted_as_nothing_count_as_missed()
    {
        var matrix = new ConfusionMatrix(2);
        matrix.Add([0, 0, 1, 1], [0, ushort.MaxValue, 1, 1]);
        Assert.Equal(0.5, matrix.Score().IoU[0]);
        Assert.Equal(0.75, matrix.Score().PixelAccuracy);
    }

    [Fact]
    public void Maps_that_contradict_their_lists_are_refused()
    {
        var evaluator = new PanopticEvaluator([1]);
        Assert.Throws<InputException>(() => evaluator.Add([1, 2], [new(1, 1)], [0, 0], []));
        Assert.Throws<InputException>(() => evaluator.Add([1, 1], [new(1, 7)], [0, 0], []));
        Assert.Throws<InputException>(() => evaluator.Add([1, 1], [new(1, 1), new(1, 1)], [0, 0], []));
        Assert.Throws<InputException>(() => evaluator.Add([1, 1], [new(1, 1)], [0], []));
    }

    private static PanopticSegment[] Segments(JsonElement list) =>
        list.EnumerateArray().Select(s => new PanopticSegment(
            s.GetProperty("id").GetInt32(), s.GetProperty("category_id").GetInt32(),
            s.TryGetProperty("iscrowd", out var crowd) && crowd.GetInt32() == 1)).ToArray();

    private static void AssertScores(JsonElement expected, PanopticEvaluator actual, Dictionary<int, bool> categories)
    {
        foreach (var row in expected.GetProperty("per_class").EnumerateObject())
        {
            var score = actual.Classes[int.Parse(row.Name)];
            Assert.Equal(row.Value.GetProperty("tp").GetInt32(), score.TruePositives);
            Assert.Equal(row.Value.GetProperty("fp").GetInt32(), score.FalsePositives);
            Assert.Equal(row.Value.GetProperty("fn").GetInt32(), score.FalseNegatives);
            Assert.Equal(row.Value.GetProperty("counted").GetBoolean(), score.IsCounted);
            Assert.Equal(row.Value.GetProperty("iou_sum").GetDouble(), score.IoUSum, 1e-12);
            Assert.Equal(row.Value.GetProperty("pq").GetDouble(), score.PanopticQuality, 1e-12);
            Assert.Equal(row.Value.GetProperty("sq").GetDouble(), score.SegmentationQuality, 1e-12);
            Assert.Equal(row.Value.GetProperty("rq").GetDouble(), score.RecognitionQuality, 1e-12);
        }

        foreach (var (name, include) in new (string, Func<int, bool>)[]
            { ("All", _ => true), ("Things", c => categories[c]), ("Stuff", c => !categories[c]) })
        {
            var row = expected.GetProperty(name);
            var mean = actual.Average(include);
            Assert.Equal(row.GetProperty("n").GetInt32(), mean.ClassCount);
            AssertFraction(row.GetProperty("pq"), mean.Quality);
            AssertFraction(row.GetProperty("sq"), mean.SegmentationQuality);
            AssertFraction(row.GetProperty("rq"), mean.RecognitionQuality);
        }
    }

    private static void AssertFraction(JsonElement expected, double actual) =>
        Assert.Equal(expected.ValueKind == JsonValueKind.Null ? double.NaN : expected.GetDouble(), actual, 1e-12);

    private static void AssertPercent(JsonElement expected, double actual) =>
        Assert.Equal(expected.ValueKind == JsonValueKind.Null ? double.NaN : expected.GetDouble(), actual * 100, 1e-9);
}
