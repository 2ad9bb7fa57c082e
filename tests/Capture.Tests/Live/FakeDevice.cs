using System.Collections.Concurrent;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>A live device that delivers a frame for every number the test hands it, and is lost when told.</summary>
internal sealed class FakeDevice : ILiveDevice
{
    private readonly BlockingCollection<int> _frames = [];
    private volatile Exception? _failure;

    public double FramesPerSecond => 12;

    public FrameFormat Format { get; set; } = new(24, 8);

    public bool IsDisposed { get; private set; }

    public void Deliver(int number) => _frames.Add(number);

    /// <summary>Waits until everything that was delivered has been read.</summary>
    public void WaitUntilTaken() => SpinWait.SpinUntil(() => _frames.Count == 0);

    /// <summary>The next read fails with an exception.</summary>
    public void Break(Exception failure)
    {
        _failure = failure;
        Lose();
    }

    public void Lose() => _frames.CompleteAdding();

    public bool TryRead(FramePool pool, out Frame? frame)
    {
        frame = null;
        if (!_frames.TryTake(out var number, Timeout.Infinite))
        {
            if (_failure is { } failure)
            {
                throw failure;
            }

            return false;
        }

        frame = pool.Rent(Format);
        FrameCode.Draw(frame, number);
        return true;
    }

    public void Dispose() => IsDisposed = true;
}
