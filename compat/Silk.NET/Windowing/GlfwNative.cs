using System.Runtime.InteropServices;

namespace Silk.NET.Windowing.Glfw;

/// <summary>The part of GLFW 3.3 that is used here, as it is in C (libglfw.so.3).</summary>
internal static unsafe partial class GlfwNative
{
    public const int Resizable = 0x00020003;
    public const int Visible = 0x00020004;
    public const int ClientApi = 0x00022001;
    public const int ContextVersionMajor = 0x00022002;
    public const int ContextVersionMinor = 0x00022003;
    public const int OpenGlForwardCompat = 0x00022006;
    public const int OpenGlDebugContext = 0x00022007;
    public const int OpenGlProfile = 0x00022008;
    public const int OpenGlApi = 0x00030001;
    public const int OpenGlEsApi = 0x00030002;
    public const int OpenGlCoreProfile = 0x00032001;
    public const int Iconified = 0x00020002;
    public const int Maximized = 0x00020008;
    public const int Release = 0;
    public const int Press = 1;

    private const string Library = "libglfw.so.3";

    [LibraryImport(Library)]
    public static partial int glfwInit();

    [LibraryImport(Library)]
    public static partial int glfwGetError(byte** description);

    [LibraryImport(Library)]
    public static partial void glfwDefaultWindowHints();

    [LibraryImport(Library)]
    public static partial void glfwWindowHint(int hint, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint glfwCreateWindow(int width, int height, string title, nint monitor, nint share);

    [LibraryImport(Library)]
    public static partial void glfwDestroyWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwMakeContextCurrent(nint window);

    [LibraryImport(Library)]
    public static partial nint glfwGetCurrentContext();

    [LibraryImport(Library)]
    public static partial void glfwSwapInterval(int interval);

    [LibraryImport(Library)]
    public static partial void glfwSwapBuffers(nint window);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint glfwGetProcAddress(string name);

    [LibraryImport(Library)]
    public static partial void glfwPollEvents();

    [LibraryImport(Library)]
    public static partial int glfwWindowShouldClose(nint window);

    [LibraryImport(Library)]
    public static partial void glfwSetWindowShouldClose(nint window, int value);

    [LibraryImport(Library)]
    public static partial void glfwGetWindowSize(nint window, int* width, int* height);

    [LibraryImport(Library)]
    public static partial void glfwSetWindowSize(nint window, int width, int height);

    [LibraryImport(Library)]
    public static partial void glfwGetFramebufferSize(nint window, int* width, int* height);

    [LibraryImport(Library)]
    public static partial void glfwGetWindowPos(nint window, int* x, int* y);

    [LibraryImport(Library)]
    public static partial void glfwSetWindowPos(nint window, int x, int y);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void glfwSetWindowTitle(nint window, string title);

    [LibraryImport(Library)]
    public static partial void glfwShowWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwHideWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwFocusWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwIconifyWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwMaximizeWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwRestoreWindow(nint window);

    [LibraryImport(Library)]
    public static partial int glfwGetWindowAttrib(nint window, int attribute);

    [LibraryImport(Library)]
    public static partial nint glfwGetPrimaryMonitor();

    [LibraryImport(Library)]
    public static partial nint glfwGetWindowMonitor(nint window);

    [LibraryImport(Library)]
    public static partial int* glfwGetVideoMode(nint monitor);

    [LibraryImport(Library)]
    public static partial void glfwSetWindowMonitor(nint window, nint monitor, int x, int y, int width, int height, int refreshRate);

    [LibraryImport(Library)]
    public static partial int glfwGetKey(nint window, int key);

    [LibraryImport(Library)]
    public static partial int glfwGetMouseButton(nint window, int button);

    [LibraryImport(Library)]
    public static partial void glfwGetCursorPos(nint window, double* x, double* y);

    [LibraryImport(Library)]
    public static partial byte* glfwGetClipboardString(nint window);

    [LibraryImport(Library)]
    public static partial nint glfwSetWindowSizeCallback(nint window, delegate* unmanaged<nint, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetFramebufferSizeCallback(nint window, delegate* unmanaged<nint, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetWindowPosCallback(nint window, delegate* unmanaged<nint, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetWindowCloseCallback(nint window, delegate* unmanaged<nint, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetWindowFocusCallback(nint window, delegate* unmanaged<nint, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetKeyCallback(nint window, delegate* unmanaged<nint, int, int, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetCharCallback(nint window, delegate* unmanaged<nint, uint, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetMouseButtonCallback(nint window, delegate* unmanaged<nint, int, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetCursorPosCallback(nint window, delegate* unmanaged<nint, double, double, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetScrollCallback(nint window, delegate* unmanaged<nint, double, double, void> callback);

    /// <summary>Throws what GLFW last complained of.</summary>
    public static void Throw(string call)
    {
        byte* description = null;
        var code = glfwGetError(&description);
        var text = Marshal.PtrToStringUTF8((nint)description);
        throw new GLFW.GlfwException(text is null ? $"{call} failed" : $"{text} (0x{code:X})");
    }
}
