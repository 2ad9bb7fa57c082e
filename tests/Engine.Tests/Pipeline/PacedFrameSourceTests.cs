using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class PacedFrameSourceTests
{
    [Fact]
    public void Frames_come_no_sooner_than_their_time()
    {
        // The clock moves on exactly when someone waits on it, by as much as was asked.
        var clock = new ManualClock();
        clock.OnWait = clock.Advance;
        var pool = new FramePool();
        using (var paced = new PacedFrameSource(new FakeSource(4, framesPerSecond: 10), clock))
        {
            for (var n = 0; n < 4; n++)
            {
                Assert.Equal(FrameRead.Frame, paced.Read(pool, out var frame, CancellationToken.None));
                Assert.Equal(n, frame!.Index);
                Assert.Equal(TimeSpan.FromMilliseconds(100 * n), clock.Elapsed);
                frame.Dispose();
            }

            Assert.Equal(FrameRead.EndOfStream, paced.Read(pool, out _, CancellationToken.None));
        }

        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void A_late_frame_comes_at_once_and_none_is_skipped()
    {
        var clock = new ManualClock();
        clock.OnWait = clock.Advance;
        var pool = new FramePool();
        using var paced = new PacedFrameSource(new FakeSource(5, framesPerSecond: 10), clock);
        Take(paced, pool);
        clock.Advance(TimeSpan.FromMilliseconds(250));
        Take(paced, pool);
        Take(paced, pool);
        Assert.Equal(TimeSpan.FromMilliseconds(250), clock.Elapsed);
        Take(paced, pool);
        Assert.Equal(TimeSpan.FromMilliseconds(300), clock.Elapsed);
    }

    [Fact]
    public void A_long_wait_is_cut_into_seconds()
    {
        var clock = new ManualClock();
        clock.OnWait = clock.Advance;
        var pool = new FramePool();
        using var paced = new PacedFrameSource(new FakeSource(2, framesPerSecond: 0.4), clock);
        Take(paced, pool);
        Assert.Equal(FrameRead.NotYet, paced.Read(pool, out _, CancellationToken.None));
        Assert.Equal(FrameRead.NotYet, paced.Read(pool, out _, CancellationToken.None));
        Assert.Equal(TimeSpan.FromSeconds(2), clock.Elapsed);
        Take(paced, pool);
        Assert.Equal(TimeSpan.FromSeconds(2.5), clock.Elapsed);
    }

    [Fact]
    public void Cancelling_ends_the_wait_and_the_frame_is_not_lost_to_the_pool()
    {
        using var cancel = new CancellationTokenSource();
        var clock = new ManualClock { OnWait = _ => cancel.Cancel() };
        var pool = new FramePool();
        using (var paced = new PacedFrameSource(new FakeSource(2, framesPerSecond: 10), clock))
        {
            Take(paced, pool);
            Assert.Throws<OperationCanceledException>(() => paced.Read(pool, out _, cancel.Token));
            Assert.Equal(1, pool.InUse);
        }

        Assert.Equal(0, pool.InUse);
    }

    private static void Take(PacedFrameSource source, FramePool pool)
    {
        Assert.Equal(FrameRead.Frame, source.Read(pool, out var frame, CancellationToken.None));
        frame!.Dispose();
    }
}
