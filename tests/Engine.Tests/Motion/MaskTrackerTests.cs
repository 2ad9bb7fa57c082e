using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Motion;

public sealed class MaskTrackerTests
{
    private const int Width = 320;
    private const int Height = 192;
    private const int Side = 56;
    private readonly Pictures _pictures = new();
    private readonly SegmentationResultPool _pool = new();

    [Fact]
    public void Old_masks_are_carried_to_where_things_are_now()
    {
        var tracker = new MaskTracker(new MotionOptions());
        using var masks = _pool.Rent();
        using var truth = _pool.Rent();
        using var shown = _pool.Rent();
        for (var n = 0; n <= 15; n++)
        {
            Observe(tracker, n, At(n));
            if (n == 5)
            {
                // The masks of frame 2 come when frame 5 is shown.
                Pictures.FillMasks(masks, Width, Height, 2, Side, (40 + (2 * 4), 60, 1));
                tracker.Update(masks);
            }
        }

        tracker.Project(shown);
        Pictures.FillMasks(truth, Width, Height, 15, Side, (40 + (15 * 4), 60, 1));
        Assert.Equal(2, shown.FrameIndex);
        var held = Overlap(masks, truth, 0);
        var carried = Overlap(shown, truth, 0);
        Assert.InRange(held, 0, 0.1);
        Assert.InRange(carried, 0.7, 1);

        // The list follows: the square ends where it does now.
        Assert.InRange(shown.Segments[0].Box.Right, 38, 40);
        Assert.Equal(shown.Segments[0].Area, Count(shown, 0));
    }

    [Fact]
    public void Without_carrying_masks_stay_where_they_were()
    {
        var tracker = new MaskTracker(new MotionOptions { Carry = false });
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        Observe(tracker, 0, At(0));
        Pictures.FillMasks(masks, Width, Height, 0, Side, (40, 60, 1));
        tracker.Update(masks);
        Observe(tracker, 1, At(1));
        tracker.Project(shown);
        Assert.Equal(1.0, Overlap(shown, masks, 0));
    }

    [Fact]
    public void An_object_keeps_its_number_whatever_its_place_in_the_list()
    {
        var tracker = new MaskTracker(new MotionOptions());
        using var masks = _pool.Rent();
        var numbers = new HashSet<(int First, int Second)>();
        for (var n = 0; n < 8; n++)
        {
            var (first, second) = ((X: 20f + (5 * n), Y: 20f), (X: 220f - (4 * n), Y: 110f));
            Observe(tracker, n, (first.X, first.Y, 1), (second.X, second.Y, 2));
            var swapped = n % 2 == 1;
            if (swapped)
            {
                Pictures.FillMasks(masks, Width, Height, n, Side, (second.X, second.Y, 1), (first.X, first.Y, 1));
            }
            else
            {
                Pictures.FillMasks(masks, Width, Height, n, Side, (first.X, first.Y, 1), (second.X, second.Y, 1));
            }

            tracker.Update(masks);
            numbers.Add(swapped ? (masks.Segments[1].TrackId, masks.Segments[0].TrackId) : (masks.Segments[0].TrackId, masks.Segments[1].TrackId));
        }

        var (one, other) = Assert.Single(numbers);
        Assert.NotEqual(one, other);
        Assert.True(one > 0 && other > 0);
    }

    [Fact]
    public void An_object_that_was_missed_for_a_while_is_known_again_and_a_new_one_is_new()
    {
        var tracker = new MaskTracker(new MotionOptions());
        using var masks = _pool.Rent();
        int Id(int n, bool isFound, float x, int kind)
        {
            Observe(tracker, n, (x, 60, kind));
            if (isFound)
            {
                Pictures.FillMasks(masks, Width, Height, n, Side, (x, 60, 1));
            }
            else
            {
                Pictures.FillMasks(masks, Width, Height, n, Side);
            }

            tracker.Update(masks);
            return masks.Segments[0].TrackId;
        }

        var first = Id(0, true, 40, 1);
        Id(1, false, 44, 1);
        Id(2, false, 48, 1);
        Assert.Equal(first, Id(3, true, 52, 1));

        // Far away and at once: another one.
        Assert.NotEqual(first, Id(4, true, 250, 2));
    }

    [Theory]
    [InlineData(52, true)]
    [InlineData(250, false)]
    public void An_object_that_was_missed_for_a_moment_is_known_where_it_was_under_another_class_too(float foundAt, bool isSame)
    {
        var tracker = new MaskTracker(new MotionOptions());
        using var masks = _pool.Rent();
        var numbers = new List<int>();
        foreach (var (n, x, foundAs) in new[] { (0, 40f, 1), (1, 44f, 0), (2, 48f, 0), (3, foundAt, 2) })
        {
            Observe(tracker, n, (x, 60, 1));
            if (foundAs == 0)
            {
                Pictures.FillMasks(masks, Width, Height, n, Side);
            }
            else
            {
                Pictures.FillMasks(masks, Width, Height, n, Side, (x, 60, foundAs));
            }

            tracker.Update(masks);
            numbers.Add(masks.Segments[0].TrackId);
        }

        Assert.Equal(isSame, numbers[0] == numbers[3]);
    }

    [Fact]
    public void A_single_wrong_mask_is_not_shown_and_a_lasting_change_is()
    {
        var tracker = new MaskTracker(new MotionOptions { Carry = false, Smooth = true });
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        ushort ShownFor(int n, ushort said)
        {
            Observe(tracker, n, (40 + (4 * n), 60, 1));
            masks.Resize(Width / 4, Height / 4);
            masks.Mode = SegmentationMode.Semantic;
            masks.Vocabulary = Pictures.Words;
            masks.FrameIndex = n;
            masks.Labels.Fill(said);
            tracker.Update(masks);
            tracker.Project(shown);
            // The middle of the square.
            return shown.Labels[(22 * shown.Width) + (int)((40 + (4 * n) + 28) / 4f)];
        }

        Assert.Equal([1, 1, 1, 1, 1, 2, 2], Enumerable.Range(0, 7).Select(n => (int)ShownFor(n, (ushort)(n is 2 or 4 or 5 or 6 ? 2 : 1))));
    }

    [Fact]
    public void Damping_does_not_hold_back_the_border_of_a_moving_thing()
    {
        var tracker = new MaskTracker(new MotionOptions { Carry = false, Smooth = true });
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        for (var n = 0; n < 12; n++)
        {
            Observe(tracker, n, At(n));
            Pictures.FillMasks(masks, Width, Height, n, Side, (40 + (4 * n), 60, 1));
            tracker.Update(masks);
            tracker.Project(shown);
            Assert.InRange(Overlap(shown, masks, 0), 0.93, 1);
        }
    }

    [Fact]
    public void Seldom_masks_are_damped_for_a_tenth_of_a_second_and_no_longer()
    {
        // Masks of every tenth of 30 frames a second.
        var tracker = new MaskTracker(new MotionOptions { Smooth = true });
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        List<ushort> said = [];
        for (var n = 0; n < 40; n++)
        {
            using var frame = _pictures.Squares(Width, Height, n, Side, At(n));
            frame.TimestampUs = n * 1_000_000L / 30;
            tracker.Observe(frame);
            if (n % 10 == 0)
            {
                Pictures.FillMasks(masks, Width, Height, n, Side);
                masks.Mode = SegmentationMode.Semantic;
                masks.TimestampUs = frame.TimestampUs;
                masks.Labels.Fill((ushort)(n >= 20 ? 2 : 1));
                tracker.Update(masks);
            }
            else if (n == 13)
            {
                // Masks of frame 10 again, which call everything something else for a single frame.
                masks.Labels.Clear();
                tracker.Update(masks);
            }
            else if (n == 14)
            {
                masks.Labels.Fill(1);
                tracker.Update(masks);
            }

            tracker.Project(shown);
            said.Add(shown.Labels[(22 * shown.Width) + (int)((40 + (4 * n) + 28) / 4f)]);
        }

        // The change of a single frame is not seen; the one that stays is, with the third frame.
        Assert.All(said.Take(22), label => Assert.Equal(1, label));
        Assert.All(said.Skip(22), label => Assert.Equal(2, label));
    }

    [Fact]
    public void Another_size_another_mode_and_other_words_start_anew()
    {
        var tracker = new MaskTracker(new MotionOptions { Smooth = true });
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        Assert.Throws<InvalidOperationException>(() => tracker.Project(shown));
        Observe(tracker, 0, At(0));
        Pictures.FillMasks(masks, Width, Height, 0, Side, (40, 60, 1));
        tracker.Update(masks);
        using (var larger = _pictures.Squares(640, 360, 1, Side, (40, 60, 1)))
        {
            tracker.Observe(larger);
        }

        tracker.Project(shown);
        Assert.Equal((Width / 4, Height / 4), (shown.Width, shown.Height));
        Pictures.FillMasks(masks, 640, 360, 1, Side, (40, 60, 2));
        masks.Mode = SegmentationMode.Semantic;
        masks.Vocabulary = new([new(["other"], true)]);
        masks.Labels.Clear();
        masks.Segments.Clear();
        masks.Segments.Add(new Segment(1, 0, true, 1, 1, default));
        tracker.Update(masks);
        tracker.Project(shown);
        Assert.Equal(SegmentationMode.Semantic, shown.Mode);
        Assert.Equal(160 * 90, Assert.Single(shown.Segments).Area);

        // Late masks of a frame long gone change nothing.
        masks.FrameIndex = 0;
        masks.Labels.Fill(SegmentationResult.Void);
        tracker.Update(masks);
        tracker.Project(shown);
        Assert.Equal(160 * 90, Assert.Single(shown.Segments).Area);
    }

    [Fact]
    public void Masks_of_another_scene_are_not_shown_after_a_cut()
    {
        var tracker = new MaskTracker(new MotionOptions());
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        Observe(tracker, 0, At(0));
        Observe(tracker, 1, At(1));
        Pictures.FillMasks(masks, Width, Height, 0, Side, At(0));
        tracker.Update(masks);
        tracker.Project(shown);
        var number = shown.Segments[0].TrackId;
        Assert.Equal(0, Count(shown, SegmentationResult.Void));

        // A chess board, brighter than anything before; then its masks are late as well.
        for (var n = 2; n < 5; n++)
        {
            using var other = _pictures.Draw(Width, Height, n, (x, y) => (((x / 9) + (y / 9)) & 1) == 0 ? 250 : 190);
            tracker.Observe(other);
            tracker.Project(shown);
            Assert.Equal(shown.Width * shown.Height, Count(shown, SegmentationResult.Void));
            masks.FrameIndex = 1;
            tracker.Update(masks);
        }

        masks.FrameIndex = 3;
        tracker.Update(masks);
        tracker.Project(shown);
        Assert.Equal(0, Count(shown, SegmentationResult.Void));
        Assert.NotEqual(number, shown.Segments[0].TrackId);
    }

    [Fact]
    public void Most_of_what_a_thing_uncovers_does_not_keep_its_label()
    {
        var tracker = new MaskTracker(new MotionOptions());
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        for (var n = 0; n <= 20; n++)
        {
            // Colours tell the square from the ground, as they do not where two textures share their greys.
            var left = 40 + (4 * n);
            using var frame = _pictures.Draw(Width, Height, n, (x, y) => x >= left && x < left + Side && y is >= 60 and < 60 + Side
                ? 180 + (0.3f * Pictures.Texture(2 * (x - left), 2 * (y - 60), 1))
                : 0.5f * Pictures.Texture(x, y, 0));
            tracker.Observe(frame);
            if (n == 0)
            {
                Pictures.FillMasks(masks, Width, Height, 0, Side, At(0));
                tracker.Update(masks);
            }
        }

        tracker.Project(shown);
        // The square has left its first place by 80 pixels of the frame, 20 of the map: all of it (columns 10 to 23) is uncovered.
        var kept = 0;
        for (var y = 17; y < 27; y++)
        {
            for (var x = 8; x < 28; x++)
            {
                kept += shown.Labels[(y * shown.Width) + x] == 0 ? 1 : 0;
            }
        }

        // A mask that is held keeps all 140 of them.
        Assert.InRange(kept, 0, 24);
    }

    [Fact]
    public void A_steady_run_allocates_nothing()
    {
        var tracker = new MaskTracker(new MotionOptions { Smooth = true });
        var frames = Enumerable.Range(0, 12).Select(n => _pictures.Squares(Width, Height, n, Side, At(n))).ToArray();
        using var masks = _pool.Rent();
        using var shown = _pool.Rent();
        long before = 0;
        for (var n = 0; n < 200; n++)
        {
            if (n == 150)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            var frame = frames[n % 12];
            frame.Index = n;
            tracker.Observe(frame);
            if (n == 0)
            {
                Pictures.FillMasks(masks, Width, Height, 0, Side, At(0));
            }

            if (n % 3 == 0)
            {
                masks.FrameIndex = n;
                tracker.Update(masks);
            }

            tracker.Project(shown);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Array.ForEach(frames, frame => frame.Dispose());
    }

    private static (float X, float Y, int Kind) At(int n) => (40 + (4 * n), 60, 1);

    private void Observe(MaskTracker tracker, int n, params (float X, float Y, int Kind)[] squares)
    {
        using var frame = _pictures.Squares(Width, Height, n, Side, squares);
        tracker.Observe(frame);
    }

    private static int Count(SegmentationResult result, ushort label) => result.Labels.ToArray().Count(l => l == label);

    // Intersection over union of one segment in two results.
    private static double Overlap(SegmentationResult a, SegmentationResult b, ushort label)
    {
        var pairs = a.Labels.ToArray().Zip(b.Labels.ToArray()).ToArray();
        return pairs.Count(p => p.First == label && p.Second == label) / (double)pairs.Count(p => p.First == label || p.Second == label);
    }
}
