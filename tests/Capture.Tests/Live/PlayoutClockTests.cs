using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class PlayoutClockTests
{
    private readonly PlayoutClock _clock = new();

    [Fact]
    public void A_burst_is_spread_over_its_own_time()
    {
        for (var n = 0; n < 50; n++)
        {
            // Two seconds of video that take a tenth of a second to read, at any time of the day.
            var now = 7000 + (2 * n);
            Assert.Equal((40 * n) - (2 * n), Wait(600 + (40 * n), now));
        }
    }

    [Fact]
    public void What_comes_late_delays_all_that_follows_once()
    {
        Assert.Equal(0, Wait(0, 0));
        Assert.Equal(0, Wait(40, 300));
        Assert.Equal(40, Wait(80, 300));
        Assert.Equal(0, Wait(120, 340 + 40));
        // As late as before: nothing is added.
        Assert.Equal(20, Wait(160, 400));
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(10)]
    public void After_a_jump_it_starts_over(int position)
    {
        Assert.Equal(0, Wait(1000, 0));
        Assert.Equal(40, Wait(1040, 0));
        Assert.Equal(0, Wait(position, 50));
        Assert.Equal(30, Wait(position + 40, 60));
    }

    private double Wait(int positionMs, int nowMs) =>
        _clock.WaitFor(TimeSpan.FromMilliseconds(positionMs), TimeSpan.FromMilliseconds(nowMs)).TotalMilliseconds;
}
