using System.Numerics;
using System.Runtime.InteropServices;
using Silk.NET.Windowing.Glfw;

namespace Silk.NET.Input.Glfw;

/// <summary>The keyboard and the mouse of a window of GLFW's.</summary>
internal sealed unsafe class GlfwInputContext : IInputContext, IKeyboard, IMouse
{
    private static readonly Dictionary<nint, GlfwInputContext> Contexts = [];
    private readonly nint _window;

    public GlfwInputContext(nint window)
    {
        _window = window;
        Keyboards = [this];
        Mice = [this];
        Contexts[window] = this;
        GlfwNative.glfwSetKeyCallback(window, &OnKey);
        GlfwNative.glfwSetCharCallback(window, &OnChar);
        GlfwNative.glfwSetMouseButtonCallback(window, &OnButton);
        GlfwNative.glfwSetCursorPosCallback(window, &OnMove);
        GlfwNative.glfwSetScrollCallback(window, &OnScroll);
    }

    public event Action<IKeyboard, Key, int>? KeyDown;

    public event Action<IKeyboard, Key, int>? KeyUp;

    public event Action<IKeyboard, char>? KeyChar;

    public event Action<IMouse, MouseButton>? MouseDown;

    public event Action<IMouse, MouseButton>? MouseUp;

    public event Action<IMouse, Vector2>? MouseMove;

    public event Action<IMouse, ScrollWheel>? Scroll;

    public nint Handle => _window;

    public IReadOnlyList<IKeyboard> Keyboards { get; }

    public IReadOnlyList<IMouse> Mice { get; }

    public string Name => "Silk.NET (via GLFW)";

    public int Index => 0;

    public bool IsConnected => true;

    public string ClipboardText => Marshal.PtrToStringUTF8((nint)GlfwNative.glfwGetClipboardString(_window)) ?? "";

    public Vector2 Position
    {
        get
        {
            double x, y;
            GlfwNative.glfwGetCursorPos(_window, &x, &y);
            return new Vector2((float)x, (float)y);
        }
    }

    public bool IsKeyPressed(Key key) => GlfwNative.glfwGetKey(_window, (int)key) == GlfwNative.Press;

    public bool IsButtonPressed(MouseButton btn) => GlfwNative.glfwGetMouseButton(_window, (int)btn) == GlfwNative.Press;

    public void Dispose() => Contexts.Remove(_window);

    [UnmanagedCallersOnly]
    private static void OnKey(nint window, int key, int scanCode, int action, int modifiers)
    {
        if (!Contexts.TryGetValue(window, out var self))
        {
            return;
        }

        if (action == GlfwNative.Press)
        {
            self.KeyDown?.Invoke(self, (Key)key, scanCode);
        }
        else if (action == GlfwNative.Release)
        {
            self.KeyUp?.Invoke(self, (Key)key, scanCode);
        }
    }

    [UnmanagedCallersOnly]
    private static void OnChar(nint window, uint codePoint)
    {
        if (Contexts.TryGetValue(window, out var self))
        {
            self.KeyChar?.Invoke(self, (char)codePoint);
        }
    }

    [UnmanagedCallersOnly]
    private static void OnButton(nint window, int button, int action, int modifiers)
    {
        if (!Contexts.TryGetValue(window, out var self))
        {
            return;
        }

        if (action == GlfwNative.Press)
        {
            self.MouseDown?.Invoke(self, (MouseButton)button);
        }
        else
        {
            self.MouseUp?.Invoke(self, (MouseButton)button);
        }
    }

    [UnmanagedCallersOnly]
    private static void OnMove(nint window, double x, double y)
    {
        if (Contexts.TryGetValue(window, out var self))
        {
            self.MouseMove?.Invoke(self, new Vector2((float)x, (float)y));
        }
    }

    [UnmanagedCallersOnly]
    private static void OnScroll(nint window, double x, double y)
    {
        if (Contexts.TryGetValue(window, out var self))
        {
            self.Scroll?.Invoke(self, new ScrollWheel((float)x, (float)y));
        }
    }
}
