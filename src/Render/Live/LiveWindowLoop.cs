using System.Diagnostics;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Gl;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.OpenGL;
using Silk.NET.Windowing;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>What happens on a window's thread: input, drawing, showing.</summary>
internal sealed unsafe class LiveWindowLoop : IDisposable
{
    private const double MessageSeconds = 2;
    private readonly LiveWindow _owner;
    private readonly LiveWindowOptions _options;
    private readonly ILiveWindowEvents? _events;
    private readonly WindowController _controller;
    private readonly WindowOverlay _overlay;
    private readonly Action<string> _notify;
    private readonly FramePool _pool = new(keepPerFormat: 1);
    private readonly IWindow _window;
    private readonly WindowInput _input;
    private readonly GlCompositor _compositor;
    private readonly QuadBatch _quads;
    private readonly PresentPass _present;
    private readonly WindowPicture _picture;
    private Presentation? _shown;
    private OverlayStyle? _drawnStyle;
    private OverlayStyle? _panelStyle;
    private OverlayStyle? _masksStyle;
    private HudContent? _hud;
    private string? _status;
    private bool _wasPaused;
    private string? _message;
    private long _messageEnd;
    private bool _isDirty = true;

    /// <summary>Makes the window.</summary>
    /// <exception cref="SegrException">There is no display or no OpenGL 3.3.</exception>
    public LiveWindowLoop(LiveWindow owner, LiveWindowOptions options, ILiveWindowEvents? events)
    {
        (_owner, _options, _events, _notify) = (owner, options, events, owner.Notify);
        _controller = new WindowController(options, events);
        var palette = options.Compositor.Palette ?? ClassPalette.Shared;
        _overlay = new WindowOverlay(palette);
        _window = Open(options);
        try
        {
            var report = options.Compositor.ReportShaderError ?? Console.Error.WriteLine;
            _compositor = new GlCompositor(_window.GLContext!, ownsContext: false, options.Compositor with
            {
                Latency = 0,
                ReportShaderError = problem =>
                {
                    report(problem);
                    owner.Notify(problem);
                },
            });
            _quads = new QuadBatch(_compositor.Device, _compositor.Shaders);
            _present = new PresentPass(_compositor.Device, _compositor.Shaders);
            var onCpu = options.Renderer switch
            {
                CompositorKind.OpenGl => false,
                CompositorKind.Cpu => true,
                _ => _compositor.IsSoftware,
            };
            _picture = new WindowPicture(_compositor, palette, onCpu);
            if (onCpu)
            {
                options.Compositor.Sharing?.Refuse(_compositor.IsSoftware ? _compositor.Device.SoftwareProblem : "masks are drawn on the CPU");
            }

            _input = new WindowInput(_window, _controller, () => _shown?.Masks);
        }
        catch
        {
            _window.Dispose();
            throw;
        }

        _controller.Message = "press ? for the keys";
        _window.FramebufferResize += _ => _isDirty = true;
        _window.Render += _ => Draw();
    }

    /// <summary>True once a picture was drawn.</summary>
    public bool HasPicture => _drawnStyle is not null;

    /// <summary>Index of the frame that is shown, or -1.</summary>
    public long ShownIndex => _shown?.Frame.Index ?? -1;

    /// <summary>True while a short message is shown.</summary>
    public bool HasMessage => _message is not null;

    /// <summary>The state that is shown, or null.</summary>
    public string? Status => _status;

    /// <summary>Name of the class under the pointer, or null.</summary>
    public string? HoveredClass { get; private set; }

    /// <summary>Width of the window in pixels.</summary>
    public int Width => _window.FramebufferSize.X;

    /// <summary>Height of the window in pixels.</summary>
    public int Height => _window.FramebufferSize.Y;

    /// <summary>State of keys and style.</summary>
    public WindowController Controller => _controller;

    /// <summary>Handles input, takes the newest frame and draws if anything changed.</summary>
    /// <returns>False once the window is to be closed.</returns>
    public bool Step()
    {
        _window.DoEvents();
        _isDirty |= _input.Handle();
        if (_window.IsClosing || _controller.WantsClose)
        {
            return false;
        }

        TakeNews();
        ApplyFullScreen();
        if (_isDirty)
        {
            _isDirty = false;
            if (IsGone())
            {
                return false;
            }

            try
            {
                _window.DoRender();
                _compositor.Device.ThrowIfLost();
            }
            catch (SegrException) when (IsGone())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Draws and copies the window's pixels, row 0 at the top: red, green, blue and an unused byte.</summary>
    public byte[] ReadWindow()
    {
        Draw();
        var (width, height) = (Width, Height);
        var pixels = new byte[4 * width * height];
        var gl = _compositor.Device.Gl;
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, 0);
        gl.PixelStore(PixelStoreParameter.PackAlignment, 4);
        fixed (byte* address = pixels)
        {
            gl.ReadPixels(0, 0, (uint)width, (uint)height, Silk.NET.OpenGL.PixelFormat.Rgba, PixelType.UnsignedByte, address);
        }

        var row = new byte[4 * width];
        for (var y = 0; y < height / 2; y++)
        {
            var top = pixels.AsSpan(y * row.Length, row.Length);
            var bottom = pixels.AsSpan((height - 1 - y) * row.Length, row.Length);
            top.CopyTo(row);
            bottom.CopyTo(top);
            row.CopyTo(bottom);
        }

        return pixels;
    }

    // Drawing into a window that somebody else has destroyed fails, with whatever error or in the driver itself, before the display has said that
    // it is gone. Asking for its size makes the display answer.
    private bool IsGone()
    {
        _ = _window.FramebufferSize;
        return _owner.IsClosed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_controller.IsRecording)
        {
            _controller.Do(WindowCommand.Record, null);
        }

        _shown?.Dispose();
        _input.Dispose();
        _picture.Dispose();
        _present.Dispose();
        _quads.Dispose();
        _compositor.Dispose();
        _window.Dispose();
    }

    private static IWindow Open(LiveWindowOptions options)
    {
        IWindow? window = null;
        try
        {
            window = Window.Create(WindowOptions.Default with
            {
                Title = options.Title,
                Size = new(options.Width, options.Height),
                API = GraphicsAPI.Default,
                VSync = true,
            });
            window.Initialize();
            return window;
        }
#pragma warning disable CA1031 // The windowing library has exceptions of several kinds, and each of them means that there is no window.
        catch (Exception e)
#pragma warning restore CA1031
        {
            window?.Dispose();
            throw new InputException($"no window: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}; is there a display (DISPLAY, WAYLAND_DISPLAY), with OpenGL 3.3? Without one, write a video instead (live: --no-window --record FILE; video: --out FILE)", e);
        }
    }

    private void TakeNews()
    {
        var message = _controller.Message ?? _owner.TakeNotice();
        _controller.Message = null;
        if (message is not null)
        {
            _message = message;
            _messageEnd = Stopwatch.GetTimestamp() + (long)(MessageSeconds * Stopwatch.Frequency);
            _isDirty = true;
        }
        else if (_message is not null && Stopwatch.GetTimestamp() > _messageEnd)
        {
            _message = null;
            _isDirty = true;
        }

        if (!ReferenceEquals(_status, _owner.Status))
        {
            _status = _owner.Status;
            _isDirty = true;
        }

        if (_wasPaused && !_controller.IsPaused)
        {
            _options.Meter?.Restart();
        }

        _wasPaused = _controller.IsPaused;
        if (!_controller.IsPaused && _owner.TakePending() is { } news)
        {
            _shown?.Dispose();
            _shown = news;
            _hud = _options.Meter?.Measure(news.Frame, news.Masks);
            _drawnStyle = null;
            _isDirty = true;
        }
    }

    private void ApplyFullScreen()
    {
        var isFullScreen = _window.WindowState == WindowState.Fullscreen;
        if (isFullScreen != _controller.IsFullScreen)
        {
            _window.WindowState = _controller.IsFullScreen ? WindowState.Fullscreen : WindowState.Normal;
            _isDirty = true;
            if ((_window.WindowState == WindowState.Fullscreen) != _controller.IsFullScreen)
            {
                // The platform refused, and would refuse each time.
                _controller.Do(WindowCommand.FullScreen, null);
            }
        }
    }

    private void Draw()
    {
        if (_shown is not null && !ReferenceEquals(_drawnStyle, _controller.Style))
        {
            if (_drawnStyle is null && _controller.IsRecording)
            {
                Deliver(static (events, picture) => events.PictureRecorded(picture));
            }

            DrawMasks();
        }

        if (_shown is not null && _controller.WantsScreenshot)
        {
            Deliver(static (events, picture) => events.ScreenshotTaken(picture));
            DrawMasks();
        }

        _controller.WantsScreenshot = false;
        var (width, height) = (Math.Max(1, Width), Math.Max(1, Height));
        var viewport = _shown is { Frame: var frame } ? Viewport.Fit(frame.Width, frame.Height, width, height) : default;
        _present.Refresh(_notify);
        _present.Draw(_shown is null ? null : _picture.Texture, _shown?.Frame.Format.PixelFormat ?? default, viewport, width, height);
        LayOut(width, height, viewport);
        _quads.Draw(_overlay.Quads, width, height, isFlipped: true);
    }

    /// <summary>Draws the picture without legend and statistics: those are laid out for the window, not scaled with the picture.</summary>
    private void DrawMasks()
    {
        var style = _controller.Style;
        if (!ReferenceEquals(_panelStyle, style))
        {
            (_panelStyle, _masksStyle) = (style, style with { Legend = false, Hud = false });
        }

        _drawnStyle = style;
        var (frame, masks) = _shown!.Value;
        _picture.Draw(frame, masks, _masksStyle!, null);
    }

    /// <summary>Hands out the picture as it is shown, legend and statistics included; what is in the window is then to be drawn anew.</summary>
    private void Deliver(Action<ILiveWindowEvents, Frame> deliver)
    {
        if (_events is null)
        {
            return;
        }

        var (frame, masks) = _shown!.Value;
        using var picture = _pool.Rent(frame.Format);
        _picture.Draw(frame, masks, _controller.Style, _hud);
        _picture.ReadBack(frame, picture);
        deliver(_events, picture);
    }

    private void LayOut(int width, int height, Viewport viewport)
    {
        _overlay.Begin(width, height);
        if (_shown is { Masks: var masks })
        {
            _overlay.AddHud(masks, _controller.Style, _hud);
            if (_controller.Editor is null && !_controller.ShowsHelp)
            {
                Hover(masks, viewport);
            }
        }
        else
        {
            _overlay.AddWaiting();
        }

        if (_controller.IsRecording)
        {
            _overlay.AddRecording();
        }

        if (_status is not null)
        {
            _overlay.AddStatus(_status, _controller.IsRecording);
        }

        if (_controller.IsPaused)
        {
            _overlay.AddPaused();
        }

        if (_controller.ShowsHelp)
        {
            _overlay.AddHelp();
        }

        if (_controller.Editor is { } editor)
        {
            _overlay.AddEditor(editor);
        }
        else if (_message is not null)
        {
            _overlay.AddMessage(_message);
        }
    }

    private void Hover(SegmentationResult masks, Viewport viewport)
    {
        var (x, y) = ((int)MathF.Floor(_input.Pointer.X), (int)MathF.Floor(_input.Pointer.Y));
        HoveredClass = masks.Width > 0 && viewport.Find(x, y, masks.Width, masks.Height) is var (i, j)
            ? _overlay.AddHover(masks, masks.Labels[(j * masks.Width) + i], x, y)
            : null;
    }
}
