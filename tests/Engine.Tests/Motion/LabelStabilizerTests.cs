using OpenSegR.Realtime.Motion;

namespace OpenSegR.Realtime.Tests.Motion;

public sealed class LabelStabilizerTests
{
    private const int Width = 16;
    private const int Height = 9;

    [Theory]
    [InlineData(0, 5, false)]
    [InlineData(0, 30, true)]
    [InlineData(4, 30, false)]
    [InlineData(4, 70, true)]
    public void What_the_noise_explains_is_damped_and_what_is_new_counts_at_once(float noise, float residual, bool countsAtOnce)
    {
        var flow = new FlowField();
        flow.Resize(Width, Height);
        Array.Clear(flow.Vectors);
        Array.Fill(flow.Residuals, residual);
        var motion = new MotionMap();
        motion.Reset(Width, Height);
        motion.Append(flow);
        var stabilizer = new LabelStabilizer();
        stabilizer.Apply(new ushort[Width * Height], Width, Height, motion, 3, noise);

        for (var time = 1; time <= 3; time++)
        {
            stabilizer.Move(motion);
            var labels = new ushort[Width * Height];
            for (var y = 2; y < 7; y++)
            {
                labels.AsSpan((y * Width) + 5, 5).Fill(1);
            }

            stabilizer.Apply(labels, Width, Height, motion, 3, noise);
            // The middle, which no label comes over to from beside in so few pictures.
            Assert.Equal(countsAtOnce || time == 3 ? 1 : 0, labels[(4 * Width) + 7]);
        }
    }
}
