using System.Collections;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Capture;

namespace OpenSegR.Realtime.Tests.Datasets;

public sealed class PredictionStoreTests : IDisposable
{
    private static readonly ILabelledDataset Dataset = LabelledDatasets.Open("synthetic:5:3:64x48:2");
    private static readonly Dictionary<string, string> RunA = new() { ["model"] = "a" };
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Predictions_come_back_to_the_bit_and_torn_ones_do_not()
    {
        var first = Made(0);
        using (var store = new PredictionStore(_folder["p"], Dataset, RunA))
        {
            store.Write("x/a.jpg", first);
            store.Write("b", Made(1));
        }

        // A killed run leaves half a line.
        File.AppendAllText(_folder["p/predictions.jsonl"], """{"id":"c","width":64,""");
        using (var store = new PredictionStore(_folder["p"], Dataset, RunA))
        {
            Assert.Equal(2, store.Count);
            Assert.False(store.Contains("c"));
            AssertSame(first, store.Read("x/a.jpg"));
            store.Write("c", Made(2));
            store.Complete();
        }

        using var again = new PredictionStore(_folder["p"], Dataset, RunA);
        Assert.Equal(3, again.Count);
        AssertSame(Made(2), again.Read("c"));
        Assert.Equal(Dataset.Vocabulary.Count, File.ReadAllLines(_folder["p/classes.txt"]).Length);
    }

    [Fact]
    public void A_folder_takes_one_run_at_a_time_and_no_other()
    {
        LabelFiles.Text(_folder["mine/notes.txt"], "x");
        Assert.Contains("other files", Assert.Throws<InputException>(() => new PredictionStore(_folder["mine"], Dataset, RunA)).Message, StringComparison.Ordinal);
        using (new PredictionStore(_folder["p"], Dataset, RunA))
        {
            Assert.Contains("another run", Assert.Throws<InputException>(() => new PredictionStore(_folder["p"], Dataset, RunA)).Message, StringComparison.Ordinal);
        }

        var other = Assert.Throws<InputException>(() => new PredictionStore(_folder["p"], Dataset, new Dictionary<string, string> { ["model"] = "b" }));
        Assert.Contains("it differs in model", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_stored_is_scored_the_same_from_the_journal_and_from_cocos_files()
    {
        using (var store = new PredictionStore(_folder["p"], Dataset, RunA))
        {
            for (var i = 0; i < Dataset.Ids.Count; i++)
            {
                store.Write(Dataset.Ids[i], Made(i));
            }

            store.Complete();
        }

        var direct = DatasetEvaluation.Run(
            Dataset, p => Made(Dataset.Ids.ToList().IndexOf(p.Id)), cancellationToken: TestContext.Current.CancellationToken);
        AssertSame(direct, Score());

        File.Delete(_folder["p/predictions.jsonl"]);
        var fromFiles = Score();
        Assert.Equal((direct.Semantic.MeanIoU, direct.Panoptic, direct.Flicker), (fromFiles.Semantic.MeanIoU, fromFiles.Panoptic, fromFiles.Flicker));
        Assert.True(double.IsNaN(fromFiles.AveragePrecision));
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic)]
    [InlineData(SegmentationMode.Panoptic)]
    public void Label_maps_of_the_sink_are_predictions(SegmentationMode mode)
    {
        using var result = new SegmentationResultPool().Rent();
        using (var sink = new LabelMapSink(_folder["maps"]))
        {
            sink.Open(new FrameSourceInfo("x", new FrameFormat(64, 48), 30, Dataset.Ids.Count, false));
            for (var i = 0; i < Dataset.Ids.Count; i++)
            {
                using var picture = Dataset.Read(i, FramePool.Shared);
                var prediction = Made(i);
                result.Mode = mode;
                result.Vocabulary = Dataset.Vocabulary;
                result.Resize(64, 48);
                result.Segments.Clear();
                if (mode == SegmentationMode.Semantic)
                {
                    prediction.Classes!.CopyTo(result.Labels);
                    result.Segments.AddRange(prediction.Classes!.Where(c => c != SegmentationResult.Void).Distinct().Order()
                        .Select((c, n) => new Segment(n + 1, c, true, 1, 1, default)));
                }
                else
                {
                    result.Segments.AddRange(prediction.Segments.Select(s => new Segment(s.Id, s.Category, true, 1, 1, default)));
                    var position = prediction.Segments.Select((s, n) => (s.Id, n)).ToDictionary(p => p.Id, p => (ushort)p.n);
                    for (var k = 0; k < prediction.SegmentIds!.Length; k++)
                    {
                        result.Labels[k] = position.GetValueOrDefault(prediction.SegmentIds[k], SegmentationResult.Void);
                    }
                }

                sink.Write(picture.Frame, result);
            }

            sink.Complete();
        }

        var direct = DatasetEvaluation.Run(
            Dataset, p => Made(Dataset.Ids.ToList().IndexOf(p.Id)), cancellationToken: TestContext.Current.CancellationToken);
        using var predictions = new PredictionFolder(_folder["maps"], Dataset);
        var scores = DatasetEvaluation.Run(Dataset, predictions.Read, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(scores.Skipped);
        if (mode == SegmentationMode.Semantic)
        {
            Assert.Equal(direct.Semantic.MeanIoU, scores.Semantic.MeanIoU);
        }
        else
        {
            Assert.Equal(direct.Panoptic, scores.Panoptic);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(64, 48)]
    public void Run_lengths_of_masks_come_back(int width, int height)
    {
        var random = new Random(width);
        foreach (var density in new[] { 0.0, 0.02, 0.5, 1.0 })
        {
            var mask = new BinaryMask(width, height, new BitArray([.. Enumerable.Range(0, width * height).Select(_ => random.NextDouble() < density)]));
            var back = RunLengthText.Read(RunLengthText.Write(mask), width, height);
            Assert.Equal((mask.Area(), mask.Area()), (back.Area(), BinaryMask.Area(mask, back)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("ZZZZZZZZZZ")]
    [InlineData("1")]
    [InlineData("oooooooooooooooo")]
    [InlineData("\u0001")]
    [InlineData("0O5")]
    public void Run_lengths_that_are_none_are_refused(string text) => Assert.Throws<FormatException>(() => RunLengthText.Read(text, 4, 4));

    private EvaluationScores Score()
    {
        using var predictions = new PredictionFolder(_folder["p"], Dataset);
        return DatasetEvaluation.Run(Dataset, predictions.Read, cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>The truth with errors: every prediction differs from the next.</summary>
    private static Prediction Made(int index)
    {
        using var picture = Dataset.Read(index, FramePool.Shared);
        var random = new Random(index);
        var wrong = (ushort)random.Next(Dataset.Vocabulary.Count);
        var classes = picture.Classes.Select((c, i) => i % 64 < 6 + index ? wrong : i % 31 == 0 ? LabelledPicture.Ignored : c).ToArray();
        var ids = picture.SegmentIds!.Select((s, i) => i % 64 < 6 + index ? 70_000 : s).ToArray();
        return new Prediction
        {
            Width = 64, Height = 48, Classes = classes, SegmentIds = ids.Select(id => id == 70_000 ? 300 : id).ToArray(),
            Segments = [.. picture.Segments, new PanopticSegment(300, wrong)],
            Instances = [new InstancePrediction(wrong, 0.125f, new BinaryMask(64, 48, new BitArray([.. ids.Select(id => id == 70_000)])))],
        };
    }

    private static void AssertSame(Prediction expected, Prediction actual)
    {
        Assert.Equal(expected.Classes!, actual.Classes!);
        Assert.Equal(expected.SegmentIds!, actual.SegmentIds!);
        Assert.Equal(expected.Segments, actual.Segments);
        var (a, b) = (Assert.Single(expected.Instances!), Assert.Single(actual.Instances!));
        Assert.Equal((a.Class, a.Score, a.Mask.Area(), a.Mask.Area()), (b.Class, b.Score, b.Mask.Area(), BinaryMask.Area(a.Mask, b.Mask)));
    }

    private static void AssertSame(EvaluationScores expected, EvaluationScores actual) => Assert.Equal(
        (expected.Semantic.MeanIoU, expected.Panoptic, expected.AveragePrecision, expected.Flicker, expected.MotionIoU),
        (actual.Semantic.MeanIoU, actual.Panoptic, actual.AveragePrecision, actual.Flicker, actual.MotionIoU));
}
