using System.Diagnostics;
using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Maths;

namespace Silk.NET.Windowing.Glfw;

/// <summary>A window of GLFW's.</summary>
internal sealed unsafe class GlfwWindow : IWindow
{
    private static readonly Dictionary<nint, GlfwWindow> Windows = [];
    private readonly Stopwatch _time = new();
    private WindowOptions _options;
    private nint _window;
    private GlfwContext? _context;
    private bool _swapIntervalChanged = true;
    private double _lastRender;
    private bool _isClosing;

    public GlfwWindow(WindowOptions options)
    {
        // Terminated never: windows may come and go, and the process ends in its own time.
        if (GlfwNative.glfwInit() == 0)
        {
            GlfwNative.Throw("glfwInit");
        }

        _options = options;
    }

    public event Action<Vector2D<int>>? Resize;

    public event Action<Vector2D<int>>? FramebufferResize;

    public event Action<Vector2D<int>>? Move;

    public event Action? Closing;

    public event Action<bool>? FocusChanged;

    public event Action? Load;

    public event Action<double>? Render;

    public nint Handle => _window;

    public bool IsInitialized => _window != 0;

    public double Time => _time.Elapsed.TotalSeconds;

    public GraphicsAPI API => _options.API;

    public IGLContext? GLContext => _context ?? throw new InvalidOperationException("OpenGL functions can only be used after initialization");

    public double FramesPerSecond
    {
        get => _options.FramesPerSecond;
        set => _options.FramesPerSecond = value;
    }

    public bool ShouldSwapAutomatically
    {
        get => _options.ShouldSwapAutomatically;
        set => _options.ShouldSwapAutomatically = value;
    }

    public bool VSync
    {
        get => _options.VSync;
        set
        {
            _options.VSync = value;
            _swapIntervalChanged = true;
        }
    }

    public bool IsClosing
    {
        get => !IsInitialized || _isClosing || GlfwNative.glfwWindowShouldClose(_window) != 0;
        set
        {
            _isClosing = value;
            if (IsInitialized)
            {
                GlfwNative.glfwSetWindowShouldClose(_window, value ? 1 : 0);
            }
        }
    }

    public Vector2D<int> FramebufferSize => IsInitialized ? Pair(&GlfwNative.glfwGetFramebufferSize) : default;

    public Vector2D<int> Size
    {
        get => IsInitialized ? Pair(&GlfwNative.glfwGetWindowSize) : _options.Size;
        set
        {
            _options.Size = value;
            if (IsInitialized)
            {
                GlfwNative.glfwSetWindowSize(_window, value.X, value.Y);
            }
        }
    }

    Vector2D<int> IViewProperties.Size => Size;

    public Vector2D<int> Position
    {
        get => IsInitialized ? Pair(&GlfwNative.glfwGetWindowPos) : _options.Position;
        set
        {
            _options.Position = value;
            if (IsInitialized)
            {
                GlfwNative.glfwSetWindowPos(_window, value.X, value.Y);
            }
        }
    }

    public string Title
    {
        get => _options.Title;
        set
        {
            _options.Title = value;
            if (IsInitialized)
            {
                GlfwNative.glfwSetWindowTitle(_window, value);
            }
        }
    }

    public bool IsVisible
    {
        get => IsInitialized ? GlfwNative.glfwGetWindowAttrib(_window, GlfwNative.Visible) != 0 : _options.IsVisible;
        set
        {
            _options.IsVisible = value;
            if (IsInitialized && value)
            {
                GlfwNative.glfwShowWindow(_window);
            }
            else if (IsInitialized)
            {
                GlfwNative.glfwHideWindow(_window);
            }
        }
    }

    public WindowState WindowState
    {
        get => !IsInitialized ? _options.WindowState
            : GlfwNative.glfwGetWindowMonitor(_window) != 0 ? WindowState.Fullscreen
            : GlfwNative.glfwGetWindowAttrib(_window, GlfwNative.Iconified) != 0 ? WindowState.Minimized
            : GlfwNative.glfwGetWindowAttrib(_window, GlfwNative.Maximized) != 0 ? WindowState.Maximized
            : WindowState.Normal;
        set => SetState(value);
    }

    public void Initialize()
    {
        if (IsInitialized)
        {
            return;
        }

        GlfwNative.glfwDefaultWindowHints();
        GlfwNative.glfwWindowHint(GlfwNative.Visible, _options.IsVisible ? 1 : 0);
        GlfwNative.glfwWindowHint(GlfwNative.Resizable, 1);
        GlfwNative.glfwWindowHint(GlfwNative.ClientApi, API.API == ContextAPI.OpenGLES ? GlfwNative.OpenGlEsApi : GlfwNative.OpenGlApi);
        GlfwNative.glfwWindowHint(GlfwNative.ContextVersionMajor, API.Version.MajorVersion);
        GlfwNative.glfwWindowHint(GlfwNative.ContextVersionMinor, API.Version.MinorVersion);
        GlfwNative.glfwWindowHint(GlfwNative.OpenGlDebugContext, API.Flags.HasFlag(ContextFlags.Debug) ? 1 : 0);
        if (API.API == ContextAPI.OpenGL)
        {
            GlfwNative.glfwWindowHint(GlfwNative.OpenGlForwardCompat, API.Flags.HasFlag(ContextFlags.ForwardCompatible) ? 1 : 0);
            GlfwNative.glfwWindowHint(GlfwNative.OpenGlProfile, GlfwNative.OpenGlCoreProfile);
        }

        _window = GlfwNative.glfwCreateWindow(_options.Size.X, _options.Size.Y, _options.Title, 0, 0);
        if (_window == 0)
        {
            GlfwNative.Throw("glfwCreateWindow");
        }

        Windows[_window] = this;
        _context = new GlfwContext(_window, this);
        _context.MakeCurrent();
        RegisterCallbacks();
        if (_options.WindowState != WindowState.Normal)
        {
            SetState(_options.WindowState);
        }

        _time.Restart();
        Load?.Invoke();
    }

    public void DoEvents() => GlfwNative.glfwPollEvents();

    public void DoRender()
    {
        var delta = Time - _lastRender;
        if (FramesPerSecond > 0 && delta < 1 / FramesPerSecond && !VSync)
        {
            return;
        }

        if (!_context!.IsCurrent)
        {
            _context.MakeCurrent();
        }

        if (_swapIntervalChanged)
        {
            _context.SwapInterval(VSync ? 1 : 0);
            _swapIntervalChanged = false;
        }

        _lastRender = Time;
        Render?.Invoke(delta);
        if (ShouldSwapAutomatically)
        {
            _context.SwapBuffers();
        }
    }

    public void Focus() => GlfwNative.glfwFocusWindow(_window);

    public void Close() => IsClosing = true;

    public void Reset()
    {
        if (!IsInitialized)
        {
            return;
        }

        _context!.Clear();
        Windows.Remove(_window);
        GlfwNative.glfwDestroyWindow(_window);
        (_window, _context) = (0, null);
        _time.Reset();
    }

    public void Dispose() => Reset();

    private Vector2D<int> Pair(delegate*<nint, int*, int*, void> get)
    {
        int x, y;
        get(_window, &x, &y);
        return new Vector2D<int>(x, y);
    }

    private void SetState(WindowState state)
    {
        if (!IsInitialized)
        {
            _options.WindowState = state;
            return;
        }

        if (state == WindowState.Fullscreen)
        {
            _options.Position = Position;
            _options.Size = Size;
            var monitor = GlfwNative.glfwGetPrimaryMonitor();
            // A GLFWvidmode begins with width, height, three bit depths and the refresh rate.
            var mode = monitor == 0 ? null : GlfwNative.glfwGetVideoMode(monitor);
            if (mode != null)
            {
                GlfwNative.glfwSetWindowMonitor(_window, monitor, 0, 0, mode[0], mode[1], mode[5]);
            }

            return;
        }

        if (GlfwNative.glfwGetWindowMonitor(_window) != 0)
        {
            GlfwNative.glfwSetWindowMonitor(_window, 0, _options.Position.X, _options.Position.Y, _options.Size.X, _options.Size.Y, 0);
        }

        if (state == WindowState.Minimized)
        {
            GlfwNative.glfwIconifyWindow(_window);
        }
        else if (state == WindowState.Maximized)
        {
            GlfwNative.glfwMaximizeWindow(_window);
        }
        else
        {
            GlfwNative.glfwRestoreWindow(_window);
        }
    }

    private void RegisterCallbacks()
    {
        GlfwNative.glfwSetWindowSizeCallback(_window, &OnSize);
        GlfwNative.glfwSetFramebufferSizeCallback(_window, &OnFramebufferSize);
        GlfwNative.glfwSetWindowPosCallback(_window, &OnMove);
        GlfwNative.glfwSetWindowCloseCallback(_window, &OnClose);
        GlfwNative.glfwSetWindowFocusCallback(_window, &OnFocus);
    }

    [UnmanagedCallersOnly]
    private static void OnSize(nint window, int width, int height)
    {
        if (Windows.TryGetValue(window, out var self))
        {
            self.Resize?.Invoke(new Vector2D<int>(width, height));
        }
    }

    [UnmanagedCallersOnly]
    private static void OnFramebufferSize(nint window, int width, int height)
    {
        if (Windows.TryGetValue(window, out var self))
        {
            self.FramebufferResize?.Invoke(new Vector2D<int>(width, height));
        }
    }

    [UnmanagedCallersOnly]
    private static void OnMove(nint window, int x, int y)
    {
        if (Windows.TryGetValue(window, out var self))
        {
            self.Move?.Invoke(new Vector2D<int>(x, y));
        }
    }

    [UnmanagedCallersOnly]
    private static void OnClose(nint window)
    {
        if (Windows.TryGetValue(window, out var self))
        {
            self.Closing?.Invoke();
        }
    }

    [UnmanagedCallersOnly]
    private static void OnFocus(nint window, int focused)
    {
        if (Windows.TryGetValue(window, out var self))
        {
            self.FocusChanged?.Invoke(focused != 0);
        }
    }
}
