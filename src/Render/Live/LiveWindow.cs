using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>
/// A window that shows the newest frame with its masks. <see cref="Run(CancellationToken)"/> holds one thread, the program's first where the platform wants
/// that; <see cref="Present"/>, <see cref="Notify"/> and <see cref="Close"/> may be called from any.
/// </summary>
/// <remarks>Between two frames the window sleeps; it draws when a frame came, a key was pressed or the pointer moved.</remarks>
public sealed class LiveWindow : IDisposable
{
    // How long a key may wait for an answer while no frames come.
    private const int IdlePollMs = 8;
    private readonly LiveWindowOptions _options;
    private readonly ILiveWindowEvents? _events;
    private readonly FramePool _frames = new(keepPerFormat: 4);
    private readonly SegmentationResultPool _results = new(keep: 4);
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Lock _handingOver = new();
    private Presentation? _pending;
    private string? _notice;
    private volatile string? _status;
    private volatile bool _isPaused;
    private volatile bool _closeRequested;
    private volatile bool _isClosed;

    /// <summary>Prepares a window; it appears with <see cref="Run(CancellationToken)"/>.</summary>
    /// <param name="options">How it begins, or null for the defaults.</param>
    /// <param name="events">Receives what the user asks for, or null.</param>
    public LiveWindow(LiveWindowOptions? options = null, ILiveWindowEvents? events = null)
    {
        _options = options ?? new LiveWindowOptions();
        _events = events;
    }

    /// <summary>True once the window is gone, or was asked to go: by its user, <see cref="Close"/> or cancellation.</summary>
    public bool IsClosed => _isClosed || _closeRequested;

    /// <summary>
    /// Called on the window's thread where the X server has gone away, which ends the process as soon as this returns: what is to be
    /// finished is to be finished here. May be null.
    /// </summary>
    public Action? DisplayLost { get; init; }

    /// <summary>Looks at the window's state after each step, for tests.</summary>
    internal Action<LiveWindowLoop>? Stepped { get; init; }

    /// <summary>Frames that are on their way or shown.</summary>
    internal int FramesInUse => _frames.InUse;

    /// <summary>The frame and masks that came last and were not taken yet; the caller owns them.</summary>
    internal Presentation? TakePending() => Exchange(null);

    /// <summary>The state to be shown, or null.</summary>
    internal string? Status => _status;

    /// <summary>The message that came last and was not taken yet.</summary>
    internal string? TakeNotice() => Interlocked.Exchange(ref _notice, null);

    /// <summary>Shows the window until it is closed.</summary>
    /// <param name="cancellationToken">Closes it.</param>
    /// <exception cref="InputException">There is no display or no OpenGL 3.3; the message says so.</exception>
    public void Run(CancellationToken cancellationToken = default) => Run(null, cancellationToken);

    /// <summary>Shows the window until it is closed.</summary>
    /// <param name="opened">Called once the window is there, so that nothing need be begun in vain; may be null.</param>
    /// <param name="cancellationToken">Closes it.</param>
    /// <exception cref="InputException">There is no display or no OpenGL 3.3; the message says so.</exception>
    public void Run(Action? opened, CancellationToken cancellationToken)
    {
        try
        {
            using var registration = cancellationToken.Register(Close);
            // First, so that it is there until the window is gone.
            using var guard = DisplayLost is null ? null : new DisplayGuard(DisplayLost, Close);
            using var loop = new LiveWindowLoop(this, _options, _events);
            opened?.Invoke();
            while (!_closeRequested && loop.Step())
            {
                _isPaused = loop.Controller.IsPaused;
                Stepped?.Invoke(loop);
                _wake.WaitOne(IdlePollMs);
            }
        }
        finally
        {
            _isClosed = true;
            TakePending()?.Dispose();
        }
    }

    /// <summary>
    /// Hands the newest frame and its masks over; what was handed over before and not shown yet is dropped. Does nothing while the picture
    /// is held or the window is closed. Both stay the caller's: they are copied.
    /// </summary>
    public void Present(Frame frame, SegmentationResult masks)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(masks);
        if (_isPaused || IsClosed)
        {
            return;
        }

        var frameCopy = _frames.Rent(frame.Format);
        frameCopy.CopyFrom(frame);
        frameCopy.ShareGpuCopy(frame);
        var masksCopy = _results.Rent();
        if (masks.Width > 0)
        {
            masksCopy.CopyFrom(masks);
            masksCopy.ShareGpuCopy(masks);
        }

        Exchange(new Presentation(frameCopy, masksCopy))?.Dispose();
        _wake.Set();
        if (_isClosed)
        {
            // The window went while this was on its way.
            TakePending()?.Dispose();
        }
    }

    /// <summary>Shows a short message for two seconds.</summary>
    public void Notify(string message)
    {
        Interlocked.Exchange(ref _notice, message);
        _wake.Set();
    }

    /// <summary>Shows a line at the top until another replaces it or null takes it away: a state of the source, for example.</summary>
    public void SetStatus(string? status)
    {
        _status = status;
        _wake.Set();
    }

    /// <summary>Asks the window to close; <see cref="Run(CancellationToken)"/> returns soon.</summary>
    public void Close()
    {
        _closeRequested = true;
        _wake.Set();
    }

    /// <summary>Frees what the window holds. <see cref="Run(CancellationToken)"/> has returned, or was never called, and nobody presents.</summary>
    public void Dispose()
    {
        Close();
        TakePending()?.Dispose();
        _wake.Dispose();
    }

    private Presentation? Exchange(Presentation? pending)
    {
        lock (_handingOver)
        {
            var before = _pending;
            _pending = pending;
            return before;
        }
    }
}
