using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Tests;

/// <summary>A graphics card that is reset, or has no memory left, while a video is drawn.</summary>
public sealed class LostDeviceTests
{
    [Theory]
    [InlineData(0u, "was reset")]
    [InlineData(0x0507u, "was reset")]
    [InlineData(0x0505u, "no memory left")]
    public void It_is_said_in_one_line_and_what_was_drawn_is_finished(uint error, string said)
    {
        using var scene = new Scene(48, 32, 4);
        var output = new Pictures();
        using (var sink = new CompositedSink(new GlCompositor(new LostContext(), ownsContext: true), output))
        {
            sink.Open(new FrameSourceInfo("test", scene.Frame.Format, 25, null, false));
            for (var i = 0; i < 4; i++)
            {
                sink.Write(scene.Frame, scene.Masks);
            }

            if (error == 0)
            {
                LostContext.Reset();
            }
            else
            {
                LostContext.Fail(error);
            }

            var failure = Assert.Throws<SegrException>(() => sink.Write(scene.Frame, scene.Masks));
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
            Assert.False(output.IsFinished);
        }

        // One picture was on its way.
        Assert.Equal(3, output.Count);
        Assert.True(output.IsFinished);
    }

    private sealed class Pictures : IFrameSink
    {
        public int Count { get; private set; }

        public bool IsFinished { get; private set; }

        public void Open(FrameFormat format, double framesPerSecond)
        {
        }

        public void Write(Frame frame) => Count++;

        public void Complete() => IsFinished = true;

        public void Dispose() => IsFinished = true;
    }
}
