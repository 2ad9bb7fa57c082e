using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Takes frames from a live device on a thread of its own, as fast as they come, and keeps only the newest: however slow the reader, it gets a
/// frame that has just arrived. When the connection is lost it is made anew, with growing pauses, until the source is disposed.
/// </summary>
internal sealed class LiveGrabber : IDisposable
{
    private readonly string _description;
    private readonly Func<ILiveDevice> _open;
    private readonly FrameSourceOptions _options;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _arrived = new(false, spinCount: 0);
    private readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    private readonly ManualResetEventSlim _pauseOver = new(false, spinCount: 0);
    private readonly ITimer _pauseTimer;
    private readonly long _started;
    // Frames that come before the reader has named its pool.
    private FramePool _pool = new(4);
    private Frame? _newest;
    private Exception? _failure;
    private long _index;
    private double _framesPerSecond = 30;

    /// <summary>Connects, and waits for the first frame.</summary>
    /// <param name="description">The source, for people.</param>
    /// <param name="open">Makes a connection; throws a <see cref="SegrException"/> that says why it cannot.</param>
    /// <param name="options">Time-outs, pauses, where status goes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="clock">Measures the pauses; the system's by default.</param>
    /// <exception cref="SegrException">The first connection fails, or no frame comes in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LiveGrabber(
        string description, Func<ILiveDevice> open, FrameSourceOptions options, CancellationToken cancellationToken, TimeProvider? clock = null)
    {
        _description = description;
        _open = open;
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _started = _clock.GetTimestamp();
        _pauseTimer = _clock.CreateTimer(static over => ((ManualResetEventSlim)over!).Set(), _pauseOver, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Grab) { IsBackground = true, Name = "segr grabber" };
        _thread.Start();
        try
        {
            Info = WaitForFirst(cancellationToken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Longest wait of one <see cref="Read"/>.</summary>
    public TimeSpan ReadWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is known of the source.</summary>
    public FrameSourceInfo Info { get; }

    /// <inheritdoc cref="IFrameSource.Read"/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _pool, pool);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _arrived.Reset();
            frame = Interlocked.Exchange(ref _newest, null);
            if (frame is not null)
            {
                return FrameRead.Frame;
            }

            if (Volatile.Read(ref _failure) is { } failure)
            {
                throw new SegrException($"{_description} failed: {failure.Message}", failure);
            }

            if (!_arrived.Wait(ReadWait, cancellationToken))
            {
                return FrameRead.NotYet;
            }
        }
    }

    /// <summary>Stops grabbing. A native call that does not return in time is left to end by itself, and closes the device then.</summary>
    public void Dispose()
    {
        _stop.Set();
        _pauseOver.Set();
        if (_thread.Join(TimeSpan.FromSeconds(1)))
        {
            _pauseTimer.Dispose();
            _arrived.Dispose();
            _pauseOver.Dispose();
        }

        Interlocked.Exchange(ref _newest, null)?.Dispose();
    }

    private FrameSourceInfo WaitForFirst(CancellationToken cancellationToken)
    {
        var inTime = _arrived.Wait(_options.OpenTimeout, cancellationToken);
        if (Volatile.Read(ref _failure) is { } failure)
        {
            // The user's fault stays what it is.
            throw failure as SegrException ?? new SegrException($"{_description} cannot be read: {failure.Message}", failure);
        }

        var first = Volatile.Read(ref _newest);
        return inTime && first is not null
            ? new FrameSourceInfo(_description, first.Format, _framesPerSecond, FrameCount: null, IsLive: true)
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"no frame came from {_description} within {_options.OpenTimeout.TotalSeconds:0.#} s: is it running and reachable?"));
    }

    private void Grab()
    {
        var attempt = 0;
        try
        {
            while (!_stop.IsSet)
            {
                if (TryOpen(attempt == 0) is { } device)
                {
                    using (device)
                    {
                        GrabFrom(device, ref attempt);
                    }
                }

                if (!_stop.IsSet)
                {
                    Pause(++attempt);
                }
            }
        }
        catch (Exception e)
        {
            Volatile.Write(ref _failure, e);
            _arrived.Set();
        }
    }

    private ILiveDevice? TryOpen(bool isFirst)
    {
        try
        {
            return _open();
        }
        catch (SegrException) when (!isFirst)
        {
            // Gone for now. That the first attempt failed is for the caller to know.
            return null;
        }
    }

    private void GrabFrom(ILiveDevice device, ref int attempt)
    {
        _framesPerSecond = device.FramesPerSecond;
        while (!_stop.IsSet)
        {
            Frame? frame;
            try
            {
                if (!device.TryRead(Volatile.Read(ref _pool), out frame))
                {
                    return;
                }
            }
            catch (Exception e) when (e is OpenCVException or InputException)
            {
                // A frame that cannot be decoded or has an impossible size: the connection is no good any more.
                return;
            }

            if (attempt > 0)
            {
                attempt = 0;
                _options.Status?.Invoke(null);
            }

            frame!.Index = _index++;
            frame.TimestampUs = (long)_clock.GetElapsedTime(_started).TotalMicroseconds;
            frame.Times.Captured = Stopwatch.GetTimestamp();
            Interlocked.Exchange(ref _newest, frame)?.Dispose();
            if (_stop.IsSet)
            {
                // Nobody reads any more.
                Interlocked.Exchange(ref _newest, null)?.Dispose();
                return;
            }

            _arrived.Set();
        }
    }

    private void Pause(int attempt)
    {
        var pause = TimeSpan.FromTicks(Math.Min(
            _options.ReconnectLongest.Ticks, (long)(_options.ReconnectFirst.Ticks * Math.Pow(2, Math.Min(attempt - 1, 30)))));
        _options.Status?.Invoke(string.Create(
            CultureInfo.InvariantCulture, $"{_description} is lost; attempt {attempt} to reconnect in {pause.TotalSeconds:0.#} s"));
        _pauseOver.Reset();
        if (_stop.IsSet)
        {
            return;
        }

        _pauseTimer.Change(pause, Timeout.InfiniteTimeSpan);
        _pauseOver.Wait();
    }
}
