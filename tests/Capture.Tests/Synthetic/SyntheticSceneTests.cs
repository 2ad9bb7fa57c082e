using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Synthetic;

public class SyntheticSceneTests
{
    private static readonly FrameFormat Small = new(161, 97, PixelFormat.Rgb24);

    [Fact]
    public void A_frame_depends_on_seed_and_index_alone()
    {
        var forward = new SyntheticScene(42, Small.Width, Small.Height);
        var truth = new SyntheticFrame();
        byte[] first = Draw(forward, 5, truth), labels = [.. truth.Labels];
        Draw(forward, 60, truth);
        var other = new SyntheticScene(42, Small.Width, Small.Height);
        Draw(other, 300, truth);
        Assert.Equal(first, Draw(other, 5, truth));
        Assert.Equal(labels, truth.Labels);
        Assert.NotEqual(first, Draw(new SyntheticScene(43, Small.Width, Small.Height), 5, truth));
    }

    [Fact]
    public void Drawing_on_all_cores_changes_nothing()
    {
        var scene = new SyntheticScene(7, Small.Width, Small.Height);
        byte[] one = new byte[Small.ByteCount], many = new byte[Small.ByteCount];
        scene.Draw(33, Small, one, null);
        scene.Draw(33, Small, many, null, parallel: true);
        Assert.Equal(one, many);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(21)]
    public void A_video_allocates_next_to_nothing_once_things_have_been_near(int seed)
    {
        var (scene, truth, pixels) = (new SyntheticScene(seed, Small.Width, Small.Height), new SyntheticFrame(), new byte[Small.ByteCount]);
        long before = 0;
        for (var n = 0; n < 150; n++)
        {
            if (n == 30)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            scene.Draw(n, Small, pixels, truth, parallel: true);
        }

        // Things that come nearer still need more room now and then, in few large steps.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 120, 0, Small.ByteCount / 10);
    }

    [Fact]
    public void Channel_order_follows_the_format()
    {
        var scene = new SyntheticScene(3, 64, 48);
        byte[] rgb = new byte[64 * 48 * 3], bgr = new byte[64 * 48 * 3];
        scene.Draw(0, new FrameFormat(64, 48, PixelFormat.Rgb24), rgb, null);
        scene.Draw(0, new FrameFormat(64, 48), bgr, null);
        for (var i = 0; i < rgb.Length; i += 3)
        {
            Assert.Equal((rgb[i], rgb[i + 1], rgb[i + 2]), (bgr[i + 2], bgr[i + 1], bgr[i]));
        }
    }

    [Fact]
    public void Segments_describe_the_label_map()
    {
        var truth = new SyntheticFrame();
        for (var seed = 0; seed < 12; seed++)
        {
            Draw(new SyntheticScene(seed, Small.Width, Small.Height), 40, truth);
            Assert.Equal(Small.Width * Small.Height, truth.Segments.Sum(s => s.Area));
            foreach (var segment in truth.Segments)
            {
                Assert.Equal(truth.Labels.Count(l => l == segment.Id), segment.Area);
                Assert.NotEqual(segment.Thing is null, segment.Stuff is null);
                Assert.Equal(segment.IsThing, segment.Id >= SyntheticFrame.FirstThingId);
                for (var y = 0; y < truth.Height; y++)
                {
                    for (var x = 0; x < truth.Width; x++)
                    {
                        var isInside = x >= segment.Box.Left && x < segment.Box.Right && y >= segment.Box.Top && y < segment.Box.Bottom;
                        Assert.True(isInside || truth.Labels[(y * truth.Width) + x] != segment.Id);
                    }
                }
            }
        }
    }

    [Fact]
    public void Things_move_enter_and_leave_and_keep_their_ids()
    {
        var truth = new SyntheticFrame();
        int entered = 0, left = 0, moved = 0;
        for (var seed = 100; seed < 108; seed++)
        {
            var scene = new SyntheticScene(seed, 96, 64);
            var previous = new Dictionary<byte, SyntheticSegment>();
            for (var frame = 0; frame < 240; frame += 8)
            {
                scene.Draw(frame, new FrameFormat(96, 64), new byte[96 * 64 * 3], truth);
                var now = truth.Segments.Where(s => s.IsThing).ToDictionary(s => s.Id);
                foreach (var (id, segment) in now)
                {
                    Assert.Equal(scene.Things[id - SyntheticFrame.FirstThingId], segment.Thing);
                    moved += previous.TryGetValue(id, out var before) && before.Box != segment.Box ? 1 : 0;
                }

                entered += frame > 0 ? now.Keys.Except(previous.Keys).Count() : 0;
                left += previous.Keys.Except(now.Keys).Count();
                previous = now;
            }
        }

        Assert.True(moved > 100, $"{moved} movements");
        Assert.True(entered > 3 && left > 3, $"{entered} entered, {left} left");
    }

    [Fact]
    public void Scenes_for_training_hold_nothing_held_out()
    {
        var seen = new HashSet<(ShapeKind, int, SurfaceKind)>();
        for (var seed = 0; seed < 60; seed++)
        {
            Assert.DoesNotContain(new SyntheticScene(seed, 32, 32, CompositionFilter.Seen).Things, SyntheticSplits.IsHeldOut);
            var held = new SyntheticScene(seed, 32, 32, CompositionFilter.HeldOut).Things;
            Assert.All(held, thing => Assert.True(SyntheticSplits.IsHeldOut(thing)));
            seen.UnionWith(held.Select(t => (t.Shape, t.Colour, t.Surface)));
        }

        Assert.True(seen.Count > 60, $"{seen.Count} held-out compositions");
    }

    [Theory]
    [InlineData(31, 64)]
    [InlineData(64, 5000)]
    public void A_size_out_of_range_is_refused(int width, int height) =>
        Assert.Throws<InputException>(() => new SyntheticScene(1, width, height));

    [Fact]
    public void A_target_of_another_size_is_refused() =>
        Assert.Throws<ArgumentException>(() => new SyntheticScene(1, 64, 64).Draw(0, new FrameFormat(64, 32), new byte[64 * 64 * 3], null));

    private static byte[] Draw(SyntheticScene scene, long index, SyntheticFrame truth)
    {
        var pixels = new byte[Small.ByteCount];
        scene.Draw(index, Small, pixels, truth);
        return pixels;
    }
}
