using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Bench;

public sealed class MotionTests
{
    private static readonly Vocabulary Words = MotionBenchmark.Words;

    [Fact]
    public void Carrying_masks_shows_more_of_the_truth_than_holding_them()
    {
        using var scene = new MotionScene(1003, 34, Words, 320, 192);
        var trial = new MotionTrial([scene], Words, MotionBenchmark.Exact, lag: 8);
        var (held, carried) = (trial.Run(null), trial.Run(new MotionOptions()));
        Assert.True(carried.MeanIou > held.MeanIou + 0.05, $"mIoU held {held.MeanIou:F4}, carried {carried.MeanIou:F4}");
        Assert.True(carried.EdgeAccuracy > held.EdgeAccuracy + 0.05, $"edges held {held.EdgeAccuracy:F4}, carried {carried.EdgeAccuracy:F4}");
    }

    [Fact]
    public void Damping_takes_flicker_away_and_costs_no_edges()
    {
        using var scene = new MotionScene(1003, 24, Words, 320, 192);
        var trial = new MotionTrial([scene], Words, Flickering, lag: 0);
        var (raw, damped) = (trial.Run(null), trial.Run(new MotionOptions { Carry = false, Smooth = true }));
        Assert.True(damped.Flicker < 0.4 * raw.Flicker, $"flicker raw {raw.Flicker:F4}, damped {damped.Flicker:F4}");
        Assert.True(damped.MeanIou > raw.MeanIou, $"mIoU raw {raw.MeanIou:F4}, damped {damped.MeanIou:F4}");
        Assert.True(damped.EdgeAccuracy > raw.EdgeAccuracy, $"edges raw {raw.EdgeAccuracy:F4}, damped {damped.EdgeAccuracy:F4}");
    }

    [Fact]
    public void Things_keep_their_numbers_and_carried_masks_are_found_more_often()
    {
        using var scene = new MotionScene(1003, 34, Words, 320, 192);
        IdentityScore Run(int lag, bool carry)
        {
            var score = new IdentityScore();
            new MotionTrial([scene], Words, MotionBenchmark.ExactSegments, lag, SegmentationMode.Panoptic).Run(new MotionOptions { Carry = carry }, score);
            return score;
        }

        var (now, held, carried) = (Run(0, false), Run(8, false), Run(8, true));
        Assert.Equal((1, 0), (now.Kept, now.Switches));
        Assert.InRange(now.IdF1, 0.999, 1);
        Assert.True(carried.Association > held.Association + 0.05, $"association held {held.Association:F4}, carried {carried.Association:F4}");
    }

    // The truth, but every fifth mask calls one class of pixels something else, another one each time.
    private static void Flickering(MotionScene scene, int frame, SegmentationResult result)
    {
        MotionBenchmark.Exact(scene, frame, result);
        if (frame % 5 != 3)
        {
            return;
        }

        var classes = scene.Classes[frame].Where(c => c != SegmentationResult.Void).Distinct().Order().ToArray();
        var from = classes[frame / 5 % classes.Length];
        result.Labels.Replace(from, (ushort)((from + 1) % Words.Count));
    }
}
