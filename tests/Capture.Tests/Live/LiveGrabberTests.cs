using System.Collections.Concurrent;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class LiveGrabberTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<string?> _status = new();
    private readonly FramePool _pool = new();

    private FrameSourceOptions Options => new()
    {
        Status = _status.Enqueue,
        ReconnectFirst = TimeSpan.FromSeconds(1),
        ReconnectLongest = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public void The_reader_gets_the_newest_frame_only()
    {
        var device = new FakeDevice();
        device.Deliver(0);
        var grabber = new LiveGrabber("fake", () => device, Options, CancellationToken.None);
        Assert.Equal((new FrameFormat(24, 8), 12.0, true), (grabber.Info.Format, grabber.Info.FramesPerSecond, grabber.Info.IsLive));
        Assert.Equal(0, Next(grabber).Number);

        for (var n = 1; n <= 5; n++)
        {
            device.Deliver(n);
        }

        var got = new List<(int Number, long Index)> { Next(grabber) };
        while (got[^1].Number != 5)
        {
            got.Add(Next(grabber));
        }

        // Whatever was skipped, the numbering counts it.
        Assert.All(got, g => Assert.Equal(g.Number, g.Index));
        Assert.Equal(got.Order(), got);
        device.Lose();
        grabber.Dispose();
        Assert.True(device.IsDisposed);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void However_slow_the_reader_one_frame_waits()
    {
        var device = new FakeDevice();
        device.Deliver(0);
        using var grabber = new LiveGrabber("fake", () => device, Options, CancellationToken.None);
        Next(grabber);
        for (var n = 1; n <= 300; n++)
        {
            device.Deliver(n);
        }

        device.WaitUntilTaken();
        // The newest, and the one that is being made of the next.
        Assert.InRange(_pool.InUse, 0, 2);
        var (number, _) = Next(grabber);
        Assert.InRange(number, 299, 300);
        device.Lose();
    }

    [Fact]
    public void A_device_that_throws_while_it_is_read_is_opened_anew()
    {
        var clock = new ManualClock();
        clock.OnWait = clock.Advance;
        FakeDevice first = new(), second = new();
        var opened = 0;
        first.Deliver(1);
        using var grabber = new LiveGrabber("fake", () => opened++ == 0 ? first : second, Options, CancellationToken.None, clock);
        Assert.Equal(1, Next(grabber).Number);
        second.Deliver(2);
        // Unplugged: the driver fails in the middle of a frame.
        first.Break(new OpenCvSharp.OpenCVException(OpenCvSharp.ErrorCode.StsError, "read", "the device is gone", "", 0));
        Assert.Equal(2, Next(grabber).Number);
        Assert.True(first.IsDisposed);
        second.Lose();
    }

    [Fact]
    public void Nothing_yet_is_said_in_time()
    {
        var device = new FakeDevice();
        device.Deliver(0);
        using var grabber = new LiveGrabber("fake", () => device, Options, CancellationToken.None) { ReadWait = TimeSpan.FromMilliseconds(1) };
        Next(grabber);
        Assert.Equal(FrameRead.NotYet, grabber.Read(_pool, out var frame, CancellationToken.None));
        Assert.Null(frame);
        Assert.ThrowsAny<OperationCanceledException>(() => grabber.Read(_pool, out _, new CancellationToken(canceled: true)));
        device.Lose();
    }

    [Fact]
    public void A_lost_connection_is_made_anew_with_growing_pauses()
    {
        var pauses = new ConcurrentQueue<TimeSpan>();
        var clock = new ManualClock();
        clock.OnWait = pause =>
        {
            pauses.Enqueue(pause);
            clock.Advance(pause);
        };
        FakeDevice first = new(), second = new() { Format = new FrameFormat(48, 16) };
        var attempts = 0;
        ILiveDevice Open() => attempts++ switch
        {
            0 => first,
            < 6 => throw new InputException("refused"),
            _ => second,
        };
        first.Deliver(1);
        using var grabber = new LiveGrabber("fake", Open, Options, CancellationToken.None, clock);
        Assert.Equal(1, Next(grabber).Number);

        first.Lose();
        second.Deliver(2);
        var (number, index) = Next(grabber);
        Assert.Equal((2, 1), (number, index));
        Assert.Equal([1, 2, 4, 5, 5, 5], pauses.Select(p => p.TotalSeconds));
        Assert.True(first.IsDisposed);
        Assert.Equal("fake is lost; attempt 1 to reconnect in 1 s", _status.First());
        Assert.Null(_status.Last());
        second.Lose();
    }

    [Fact]
    public void After_a_good_frame_the_pauses_begin_anew()
    {
        var pauses = new ConcurrentQueue<TimeSpan>();
        var clock = new ManualClock();
        clock.OnWait = pause =>
        {
            pauses.Enqueue(pause);
            clock.Advance(pause);
        };
        var devices = Enumerable.Range(0, 4).Select(_ => new FakeDevice()).ToArray();
        var next = 0;
        devices[0].Deliver(0);
        using var grabber = new LiveGrabber("fake", () => devices[next++], Options, CancellationToken.None, clock);
        for (var n = 0; n < 3; n++)
        {
            Assert.Equal(n, Next(grabber).Number);
            devices[n + 1].Deliver(n + 1);
            devices[n].Lose();
        }

        Assert.Equal(3, Next(grabber).Number);
        Assert.Equal([1, 1, 1], pauses.Select(p => p.TotalSeconds));
        devices[3].Lose();
    }

    [Fact]
    public void That_the_first_connection_fails_is_the_callers_to_know()
    {
        var fault = new InputException("there is no camera 3");
        var error = Assert.Throws<InputException>(() => new LiveGrabber("fake", () => throw fault, Options, CancellationToken.None));
        Assert.Same(fault, error);
    }

    [Fact]
    public void A_device_without_a_frame_is_given_up_after_the_time_out()
    {
        var device = new FakeDevice();
        var error = Assert.Throws<InputException>(() =>
            new LiveGrabber("rtsp://host/1", () => device, Options with { OpenTimeout = TimeSpan.FromMilliseconds(20) }, CancellationToken.None));
        Assert.Contains("no frame came from rtsp://host/1 within 0", error.Message, StringComparison.Ordinal);
        device.Lose();
    }

    [Fact]
    public void Waiting_for_the_first_frame_can_be_cancelled()
    {
        var device = new FakeDevice();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        Assert.ThrowsAny<OperationCanceledException>(() => new LiveGrabber("fake", () => device, Options, cancel.Token));
        device.Lose();
    }

    [Fact]
    public void Disposing_while_it_waits_to_reconnect_ends_at_once()
    {
        var device = new FakeDevice();
        device.Deliver(0);
        using var waiting = new ManualResetEventSlim();
        // The clock never moves: the pause would last for ever.
        var clock = new ManualClock { OnWait = _ => waiting.Set() };
        var grabber = new LiveGrabber("fake", () => device, Options, CancellationToken.None, clock);
        device.Lose();
        Assert.True(waiting.Wait(Limit));
        var disposing = Task.Run(grabber.Dispose);
        Assert.True(((IAsyncResult)disposing).AsyncWaitHandle.WaitOne(Limit));
        Assert.True(device.IsDisposed);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void A_failure_that_nobody_expects_reaches_the_reader()
    {
        var device = new FakeDevice();
        device.Deliver(0);
        var opened = false;
        var clock = new ManualClock();
        clock.OnWait = clock.Advance;
        using var grabber = new LiveGrabber(
            "fake",
            () =>
            {
                if (opened)
                {
                    throw new NotSupportedException("no driver");
                }

                opened = true;
                return device;
            },
            Options,
            CancellationToken.None,
            clock);
        Next(grabber);
        device.Lose();
        var error = Assert.Throws<SegrException>(() => Next(grabber));
        Assert.Contains("fake failed: no driver", error.Message, StringComparison.Ordinal);
    }

    private (int Number, long Index) Next(LiveGrabber grabber)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            if (grabber.Read(_pool, out var frame, limit.Token) == FrameRead.Frame)
            {
                using (frame)
                {
                    return (FrameCode.Read(frame!), frame!.Index);
                }
            }
        }
    }
}
