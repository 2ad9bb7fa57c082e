using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Synthetic;

public class SyntheticSourceTests
{
    [Fact]
    public void It_delivers_every_frame_once_and_ends()
    {
        using var source = SyntheticSource.Parse("synthetic:7:97x65:5");
        Assert.Equal(new FrameFormat(97, 65), source.Info.Format);
        Assert.Equal(5, source.Info.FrameCount);
        Assert.False(source.Info.IsLive);
        var pool = new FramePool();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(FrameRead.Frame, source.Read(pool, out var frame, TestContext.Current.CancellationToken));
            using (frame)
            {
                Assert.Equal(i, frame!.Index);
                Assert.Equal(i * 1_000_000L / 30, frame.TimestampUs);
                Assert.Equal((97, 65), (source.Truth.Width, source.Truth.Height));
                Assert.NotEqual(0, frame.Times.Captured);
            }
        }

        Assert.Equal(FrameRead.EndOfStream, source.Read(pool, out var none, TestContext.Current.CancellationToken));
        Assert.Null(none);
        Assert.Equal(0, pool.InUse);
        Assert.Equal(1, pool.Created);
    }

    [Fact]
    public void Size_and_length_have_defaults()
    {
        using var source = SyntheticSource.Parse("synthetic:-3");
        Assert.Equal(new FrameFormat(640, 360), source.Info.Format);
        Assert.Equal(SyntheticSource.DefaultFrames, source.Info.FrameCount);
    }

    [Theory]
    [InlineData("synthetic:")]
    [InlineData("synthetic:abc")]
    [InlineData("synthetic:1:640")]
    [InlineData("synthetic:1:640x")]
    [InlineData("synthetic:1:640x360:0")]
    [InlineData("synthetic:1:640x360:-4")]
    [InlineData("synthetic:1:640x360:9:9")]
    [InlineData("synthetic:1:99999x360")]
    [InlineData("synthetic:99999999999999999999")]
    public void A_wrong_text_is_refused_with_one_line(string text)
    {
        var error = Assert.Throws<InputException>(() => SyntheticSource.Parse(text));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_cancelled_read_says_so()
    {
        using var source = SyntheticSource.Parse("synthetic:1:64x64");
        Assert.Throws<OperationCanceledException>(() => source.Read(new FramePool(), out _, new CancellationToken(canceled: true)));
    }
}
