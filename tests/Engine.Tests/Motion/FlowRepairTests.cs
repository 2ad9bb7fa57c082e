using System.Numerics;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Motion;

public sealed class FlowRepairTests
{
    private readonly Pictures _pictures = new();

    [Theory]
    [InlineData(320, 180, 0)]
    [InlineData(320, 180, 12)]
    [InlineData(640, 360, 12)]
    [InlineData(1280, 720, 30)]
    public void Noise_of_any_strength_and_size_is_taken_for_nothing_new_and_a_new_thing_is(int width, int height, float noise)
    {
        // A still texture; in the middle of the newer picture there is a square, much brighter than all.
        using var older = Noisy(width, height, 0, noise, (x, y) => 60 + (0.4f * Pictures.Texture(x, y, 1)));
        using var newer = Noisy(width, height, 1, noise, (x, y) => IsInside(x, y) ? 220 : 60 + (0.4f * Pictures.Texture(x, y, 1)));
        bool IsInside(float x, float y, float margin = 0) => MathF.Abs(x - (width / 2)) < (width / 8) - margin && MathF.Abs(y - (height / 2)) < (height / 8) - margin;
        var (before, now, flow) = (new ColorThumbnail(), new ColorThumbnail(), new FlowField());
        before.Resize(older.Format);
        now.Resize(newer.Format);
        before.Fill(older);
        now.Fill(newer);
        flow.Resize(now.Width, now.Height);
        Array.Clear(flow.Vectors);
        new FlowRepair().Run(flow, now, before);

        // A pixel of the thumbnail is the mean of so many samples; the median of the mean difference of three channels is that of the normal distribution.
        var step = ColorThumbnail.StepOf(newer.Format);
        var deviation = noise * MathF.Sqrt(2) / Math.Min(4, step);
        Assert.InRange(flow.Noise, 0.6f * deviation, (0.95f * deviation) + 0.6f);
        var (changed, kept) = (0, 0);
        for (var i = 0; i < now.Width * now.Height; i++)
        {
            var (x, y) = ((i % now.Width * step) + (step / 2f), (i / now.Width * step) + (step / 2f));
            // Pixels of the thumbnail on the square's border show both.
            changed += !IsInside(x, y, -step) && flow.Vectors[i] != Vector2.Zero ? 1 : 0;
            kept += IsInside(x, y, step) && flow.Vectors[i] == Vector2.Zero ? 1 : 0;
        }

        Assert.InRange(changed / (float)(now.Width * now.Height), 0, 0.01f);
        Assert.Equal(0, kept);
    }

    private Frame Noisy(int width, int height, int index, float noise, Func<int, int, float> value)
    {
        var random = new Random(index);
        return _pictures.Draw(width, height, index, (x, y) =>
        {
            // Irwin-Hall: twelve uniform values have a variance of 1.
            var sum = -6f;
            for (var i = 0; i < 12 && noise > 0; i++)
            {
                sum += random.NextSingle();
            }

            return value(x, y) + (noise > 0 ? noise * sum : 0) + 0.5f;
        });
    }
}
