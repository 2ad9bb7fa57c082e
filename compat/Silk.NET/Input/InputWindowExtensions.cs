using Silk.NET.Windowing;

namespace Silk.NET.Input;

/// <summary>Devices of windows.</summary>
public static class InputWindowExtensions
{
    /// <summary>Opens the devices of a window.</summary>
    /// <exception cref="InvalidOperationException">The window is not initialised.</exception>
    public static IInputContext CreateInput(this IView view) => view.IsInitialized
        ? new Glfw.GlfwInputContext(view.Handle)
        : throw new InvalidOperationException("Couldn't create input context as the view was not initialized.");
}
