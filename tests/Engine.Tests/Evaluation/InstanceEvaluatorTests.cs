using System.Collections;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Evaluation;

public sealed class InstanceEvaluatorTests
{
    [Fact]
    public void Perfect_detections_score_one()
    {
        var evaluator = new InstanceEvaluator();
        evaluator.Add([(0, Mask(0, 4), false), (1, Mask(5, 9), false)], [(0, Mask(0, 4), 0.3f), (1, Mask(5, 9), 0.9f)]);
        Assert.Equal(1.0, evaluator.AveragePrecision, 12);
        Assert.Equal(1.0, evaluator.OfClass(1), 12);
    }

    [Fact]
    public void A_detection_with_iou_of_two_thirds_counts_up_to_the_limit_0_65()
    {
        // 4 pixels of 6 in common: limits 0.50, 0.55, 0.60 and 0.65 of ten.
        var evaluator = new InstanceEvaluator();
        evaluator.Add([(0, Mask(0, 6), false)], [(0, Mask(0, 4), 0.9f)]);
        Assert.Equal(0.4, evaluator.AveragePrecision, 12);
        Assert.Equal(1.0, evaluator.AveragePrecision50, 12);
    }

    [Fact]
    public void A_better_scored_wrong_detection_halves_the_precision()
    {
        var evaluator = new InstanceEvaluator();
        evaluator.Add([(0, Mask(0, 4), false)], [(0, Mask(6, 9), 0.9f), (0, Mask(0, 4), 0.5f)]);
        Assert.Equal(0.5, evaluator.AveragePrecision, 12);
    }

    [Fact]
    public void A_missed_object_caps_the_recall_at_one_half()
    {
        // Precision 1 at the recalls 0.00 to 0.50: 51 of 101 points.
        var evaluator = new InstanceEvaluator();
        evaluator.Add([(0, Mask(0, 4), false), (0, Mask(6, 9), false)], [(0, Mask(0, 4), 0.5f)]);
        Assert.Equal(51 / 101.0, evaluator.AveragePrecision, 12);
    }

    [Fact]
    public void Matches_with_crowds_are_neither_right_nor_wrong()
    {
        var evaluator = new InstanceEvaluator();
        evaluator.Add([(0, Mask(0, 2), false), (0, Mask(4, 10), true)], [(0, Mask(5, 7), 0.9f), (0, Mask(8, 10), 0.8f), (0, Mask(0, 2), 0.5f)]);
        Assert.Equal(1.0, evaluator.AveragePrecision, 12);
    }

    [Fact]
    public void Nothing_to_find_is_no_score()
    {
        var evaluator = new InstanceEvaluator();
        evaluator.Add([], [(0, Mask(5, 7), 0.9f)]);
        Assert.True(double.IsNaN(evaluator.AveragePrecision));
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(8, 8)]
    [InlineData(13, 29)]
    public void Areas_are_those_of_a_plain_count(int width, int height)
    {
        var random = new Random(width);
        BitArray a = new(width * height), b = new(width * height);
        for (var i = 0; i < a.Length; i++)
        {
            (a[i], b[i]) = (random.Next(2) == 0, random.Next(3) == 0);
        }

        // Not sets the bits beyond the last one too.
        a.Not();
        var (first, second) = (new BinaryMask(width, height, a), new BinaryMask(width, height, b));
        Assert.Equal(a.Cast<bool>().Count(bit => bit), first.Area());
        Assert.Equal(a.Cast<bool>().Zip(b.Cast<bool>()).Count(p => p.First && p.Second), BinaryMask.Area(first, second));
    }

    /// <summary>A 10x1 mask whose pixels from <paramref name="first"/> to <paramref name="end"/> - 1 are set.</summary>
    private static BinaryMask Mask(int first, int end) =>
        new(10, 1, new BitArray(Enumerable.Range(0, 10).Select(i => i >= first && i < end).ToArray()));
}
