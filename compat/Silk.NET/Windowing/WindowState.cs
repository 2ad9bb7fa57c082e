namespace Silk.NET.Windowing;

/// <summary>How a window fills the screen.</summary>
public enum WindowState
{
    /// <summary>A window of its own size.</summary>
    Normal = 0,

    /// <summary>An icon.</summary>
    Minimized,

    /// <summary>The desktop, but not the task bar.</summary>
    Maximized,

    /// <summary>The whole monitor.</summary>
    Fullscreen,
}
