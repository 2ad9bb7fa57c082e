using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Evaluation;

/// <summary>Pictures of 4x1 pixels.</summary>
public sealed class ConsistencyMeterTests
{
    private const ushort None = LabelledPicture.Ignored;

    [Fact]
    public void Only_static_pixels_can_flicker()
    {
        // Segment 1 stands still, segment 2 moves in a way that is not known.
        var meter = new ConsistencyMeter(3);
        var still = new Dictionary<int, SegmentMotion> { [1] = SegmentMotion.None };
        Add(meter, [1, 1, 2, 2], still, [0, 0, 1, 1]);
        Add(meter, [1, 1, 2, 2], still, [0, 2, 2, 2]);
        Assert.Equal(2, meter.StaticPixels);
        Assert.Equal(0.5, meter.Flicker);
    }

    [Fact]
    public void A_pixel_that_shows_another_segment_now_is_not_compared()
    {
        var meter = new ConsistencyMeter(3);
        var still = new Dictionary<int, SegmentMotion> { [1] = SegmentMotion.None, [2] = SegmentMotion.None };
        Add(meter, [1, 1, 2, 2], still, [0, 0, 1, 1]);
        Add(meter, [1, 2, 2, 0], still, [0, 1, 1, 0]);
        Assert.Equal(2, meter.StaticPixels);
        Assert.Equal(0, meter.Flicker);
    }

    [Fact]
    public void Masks_are_compared_along_the_movement()
    {
        // A thing of two pixels moves one to the right, and its prediction with it.
        var meter = new ConsistencyMeter(2);
        Add(meter, [5, 5, 0, 0], new Dictionary<int, SegmentMotion>(), [1, 1, 0, 0]);
        Add(meter, [0, 5, 5, 0], new Dictionary<int, SegmentMotion> { [5] = new(1, -1, 0) }, [0, 1, 1, 0]);
        Assert.Equal(1.0, meter.MotionIoU);
        Assert.Equal(0, meter.StaticPixels);

        // In the next frame half of it is taken for the other class.
        Add(meter, [0, 0, 5, 5], new Dictionary<int, SegmentMotion> { [5] = new(1, -1, 0) }, [0, 0, 1, 0]);
        Assert.Equal(0.75, meter.MotionIoU);
    }

    [Fact]
    public void Without_known_movements_pixels_of_unchanged_truth_are_compared()
    {
        var meter = new ConsistencyMeter(2);
        Add(meter, null, null, [0, 0, 1, 1], [0, 0, 1, None]);
        Add(meter, null, null, [0, 1, 0, 1], [0, 0, 1, None]);
        Assert.Equal(3, meter.StaticPixels);
        Assert.Equal(2 / 3.0, meter.Flicker, 12);
    }

    [Fact]
    public void Another_video_and_single_pictures_start_anew()
    {
        var meter = new ConsistencyMeter(2);
        foreach (var sequence in new[] { "a", "b", null, null })
        {
            Add(meter, null, null, [0, 1, 0, 1], [0, 0, 0, 0], sequence);
        }

        Assert.Equal(0, meter.StaticPixels);
        Assert.True(double.IsNaN(meter.Flicker) && double.IsNaN(meter.MotionIoU));
    }

    private static void Add(ConsistencyMeter meter, int[] segments, Dictionary<int, SegmentMotion> motions, ushort[] predicted) =>
        Add(meter, segments, motions, predicted, new ushort[4]);

    private static void Add(
        ConsistencyMeter meter, int[]? segments, Dictionary<int, SegmentMotion>? motions, ushort[] predicted, ushort[] classes, string? sequence = "a")
    {
        using var picture = new LabelledPicture
        {
            Id = "x", Sequence = sequence, Frame = new FramePool().Rent(new FrameFormat(4, 1)), Classes = classes, SegmentIds = segments, Motions = motions,
        };
        meter.Add(picture, predicted);
    }
}
