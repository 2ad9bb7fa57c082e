namespace Silk.NET.Windowing;

/// <summary>Makes windows.</summary>
public static class Window
{
    /// <summary>Creates a window; it appears with <see cref="IView.Initialize"/>.</summary>
    /// <exception cref="GLFW.GlfwException">There is no display.</exception>
    /// <exception cref="PlatformNotSupportedException">GLFW is not installed.</exception>
    public static IWindow Create(WindowOptions options)
    {
        try
        {
            return new Glfw.GlfwWindow(options);
        }
        catch (DllNotFoundException e)
        {
            throw new PlatformNotSupportedException("Couldn't find a suitable window platform: libglfw.so.3 cannot be loaded.", e);
        }
    }
}
