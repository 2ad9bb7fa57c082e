using Silk.NET.Core.Contexts;
using Silk.NET.Core.Loader;

namespace Silk.NET.Windowing.Glfw;

/// <summary>The OpenGL context of a window.</summary>
internal sealed class GlfwContext(nint window, IGLContextSource source) : IGLContext
{
    public nint Handle => window;

    public IGLContextSource? Source => source;

    public bool IsCurrent => GlfwNative.glfwGetCurrentContext() == window;

    public void SwapInterval(int interval) => GlfwNative.glfwSwapInterval(interval);

    public void SwapBuffers() => GlfwNative.glfwSwapBuffers(window);

    public void MakeCurrent() => GlfwNative.glfwMakeContextCurrent(window);

    public void Clear()
    {
        if (IsCurrent)
        {
            GlfwNative.glfwMakeContextCurrent(0);
        }
    }

    public nint GetProcAddress(string proc, int? slot = default) =>
        TryGetProcAddress(proc, out var address) ? address : throw new SymbolLoadingException(proc);

    public bool TryGetProcAddress(string proc, out nint addr, int? slot = default)
    {
        addr = GlfwNative.glfwGetProcAddress(proc);
        return addr != 0;
    }

    /// <summary>Does nothing: the context goes with its window.</summary>
    public void Dispose()
    {
    }
}
