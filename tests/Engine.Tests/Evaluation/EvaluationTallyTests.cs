using System.Collections;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Evaluation;

public sealed class EvaluationTallyTests
{
    private static readonly Vocabulary Words = VocabularyParser.Parse("ball+thing; cube+thing; grass+stuff");

    [Fact]
    public void A_perfect_prediction_scores_one_everywhere()
    {
        var tally = new EvaluationTally(Words);
        using var picture = Picture("a");
        tally.Add(0, picture, Perfect());
        var scores = tally.Score();
        Assert.Equal(1, scores.Frames);
        Assert.Equal([1.0, 1, 1, 1, 1, 1, 1, 1], new[]
        {
            scores.Semantic.MeanIoU, scores.ThingsIoU, scores.StuffIoU, scores.Panoptic.Quality, scores.PanopticThings.Quality,
            scores.PanopticStuff.Quality, scores.AveragePrecision, scores.AveragePrecision50,
        });
        Assert.Equal(2, scores.Panoptic.ClassCount);
        Assert.True(double.IsNaN(scores.Classes[1].IoU));
        Assert.Equal(0.5, scores.Classes[0].TruePixelShare);
        Assert.Equal(1.0, scores.Pictures[0].MeanIoU);
    }

    [Fact]
    public void What_was_not_predicted_is_not_scored()
    {
        var tally = new EvaluationTally(Words);
        using var picture = Picture("a");
        tally.Add(0, picture, new Prediction { Width = 4, Height = 1, Classes = [0, 0, 2, 2] });
        var scores = tally.Score();
        Assert.Equal(0, scores.Panoptic.ClassCount);
        Assert.True(double.IsNaN(scores.AveragePrecision));
        Assert.Null(scores.Classes[0].Panoptic);
    }

    [Fact]
    public void A_picture_for_consistency_alone_enters_no_other_score()
    {
        var tally = new EvaluationTally(Words);
        foreach (var id in new[] { "a", "b" })
        {
            using var picture = Picture(id, consistencyOnly: true);
            tally.Add(0, picture, Perfect());
        }

        var scores = tally.Score();
        Assert.Equal((0, 2), (scores.Frames, scores.ConsistencyFrames));
        Assert.True(double.IsNaN(scores.Semantic.MeanIoU));
        Assert.Equal((0.0, 4), (scores.Flicker, scores.StaticPixels));
    }

    [Fact]
    public void A_prediction_that_does_not_fit_leaves_the_scores_alone()
    {
        var tally = new EvaluationTally(Words);
        using var picture = Picture("a");
        Prediction[] wrong =
        [
            Perfect() with { Width = 2, Height = 2 },
            Perfect() with { Classes = [0, 0, 2, 3] },
            Perfect() with { Segments = [new(1, 0)] },
            Perfect() with { Segments = [new(1, 0), new(1, 2)] },
            Perfect() with { Instances = [new InstancePrediction(3, 1, Mask())] },
            Perfect() with { Instances = [new InstancePrediction(0, 1, new BinaryMask(2, 1, new BitArray(2)))] },
        ];
        Assert.All(wrong, prediction => Assert.Throws<InputException>(() => tally.Add(0, picture, prediction)));
        Assert.Equal(0, tally.Score().Frames);
        Assert.All(tally.Score().Classes, c => Assert.True(double.IsNaN(c.IoU)));
        Assert.Equal(0, tally.Score().Panoptic.ClassCount);
    }

    [Fact]
    public void Too_many_classes_are_refused() => Assert.Throws<InputException>(() => new EvaluationTally(
        new Vocabulary([.. Enumerable.Range(0, EvaluationTally.MaxClasses + 1).Select(i => new VocabularyClass([$"c{i}"], true))])));

    [Fact]
    public void Pictures_that_cannot_be_used_are_counted_and_named()
    {
        var dataset = new Dataset("good", "unreadable", "unpredicted", "good too");
        var scores = DatasetEvaluation.Run(
            dataset, p => p.Id == "unpredicted" ? throw new InputException("no prediction for unpredicted") : Perfect(),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, scores.Frames);
        Assert.Equal(["unreadable", "unpredicted"], scores.Skipped.Select(s => s.Id));
        Assert.All(scores.Skipped, s => Assert.Contains(s.Id, s.Reason, StringComparison.Ordinal));
        Assert.Equal([0, 3], scores.Pictures.Select(p => p.Index));
    }

    [Fact]
    public void A_dataset_of_which_nothing_can_be_used_is_an_error()
    {
        var error = Assert.Throws<InputException>(() => DatasetEvaluation.Run(
            new Dataset("unreadable"), _ => Perfect(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("unreadable cannot be read", error.Message, StringComparison.Ordinal);
    }

    private static Prediction Perfect() => new()
    {
        Width = 4, Height = 1, Classes = [0, 0, 2, 2], SegmentIds = [1, 1, 2, 2], Segments = [new(1, 0), new(2, 2)],
        Instances = [new InstancePrediction(0, 0.9f, Mask())],
    };

    private static BinaryMask Mask() => new(4, 1, new BitArray([true, true, false, false]));

    private static LabelledPicture Picture(string id, bool consistencyOnly = false) => new()
    {
        Id = id, Frame = new FramePool().Rent(new FrameFormat(4, 1)), Classes = [0, 0, 2, 2], SegmentIds = [7, 7, 9, 9], Segments = [new(7, 0), new(9, 2)],
        IsConsistencyOnly = consistencyOnly, Sequence = consistencyOnly ? "clip" : null,
    };

    private sealed class Dataset(params string[] ids) : ILabelledDataset
    {
        public string Name => "test";

        public Vocabulary Vocabulary => Words;

        public IReadOnlyList<string> Ids => ids;

        public LabelledPicture Read(int index, FramePool pool) =>
            ids[index] == "unreadable" ? throw new InputException("unreadable cannot be read") : Picture(ids[index]);
    }
}
