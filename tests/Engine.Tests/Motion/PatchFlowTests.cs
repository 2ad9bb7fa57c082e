using System.Numerics;
using OpenSegR.Realtime.Motion;

namespace OpenSegR.Realtime.Tests.Motion;

public sealed class PatchFlowTests
{
    private readonly Pictures _pictures = new();

    [Theory]
    [InlineData(3.4f, -2.6f, 0)]
    [InlineData(-11.5f, 7.2f, 0)]
    [InlineData(0.7f, 0.3f, 25)]
    public void A_shifted_texture_is_found_at_its_shift(float dx, float dy, float brighter)
    {
        var flow = Between((x, y) => Pictures.Texture(x - dx, y - dy, 1) + brighter, (x, y) => Pictures.Texture(x, y, 1), 320, 180);
        Assert.Equal((160, 90), (flow.Width, flow.Height));

        // What is now at p was at p - shift; the field is at half size.
        var wrong = 0;
        for (var y = 12; y < 78; y++)
        {
            for (var x = 12; x < 148; x++)
            {
                wrong += Vector2.Distance(flow.Vectors[(y * 160) + x], new Vector2(-dx / 2, -dy / 2)) > 0.2f ? 1 : 0;
            }
        }

        Assert.InRange(wrong / (66.0 * 136), 0, 0.02);
    }

    [Fact]
    public void A_plain_picture_does_not_move()
    {
        var flow = Between((_, _) => 90, (_, _) => 130, 320, 180);
        Assert.All(flow.Vectors.Take(160 * 90), vector => Assert.Equal(Vector2.Zero, vector));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(33, 17)]
    [InlineData(1000, 3)]
    [InlineData(3, 700)]
    [InlineData(641, 359)]
    public void Any_size_gives_finite_motion(int width, int height)
    {
        var flow = Between((x, y) => (x * 7919) ^ (y * 104729) & 255, (x, y) => (x * 31) ^ (y * 17) & 255, width, height);
        Assert.True(flow.Width >= 1 && flow.Height >= 1);
        for (var i = 0; i < flow.Width * flow.Height; i++)
        {
            Assert.True(float.IsFinite(flow.Vectors[i].X) && float.IsFinite(flow.Vectors[i].Y));
        }
    }

    private FlowField Between(Func<int, int, float> now, Func<int, int, float> before, int width, int height)
    {
        using var older = _pictures.Draw(width, height, 0, before);
        using var newer = _pictures.Draw(width, height, 1, now);
        var history = new MotionHistory();
        history.Add(older);
        Assert.Null(history.Newest);
        history.Add(newer);
        return history.Newest!;
    }
}
