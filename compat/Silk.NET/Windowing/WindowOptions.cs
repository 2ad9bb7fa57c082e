using Silk.NET.Maths;

namespace Silk.NET.Windowing;

/// <summary>How a window begins.</summary>
public struct WindowOptions : IWindowProperties
{
    /// <summary>A visible window of 1280 x 720 for OpenGL 3.3 core.</summary>
    public static WindowOptions Default => new()
    {
        IsVisible = true,
        Position = new Vector2D<int>(50, 50),
        Size = new Vector2D<int>(1280, 720),
        API = GraphicsAPI.Default,
        Title = AppDomain.CurrentDomain.FriendlyName,
        WindowState = WindowState.Normal,
        VSync = true,
        ShouldSwapAutomatically = true,
    };

    /// <inheritdoc/>
    public bool IsVisible { get; set; }

    /// <inheritdoc/>
    public bool ShouldSwapAutomatically { get; set; }

    /// <inheritdoc/>
    public Vector2D<int> Position { get; set; }

    /// <inheritdoc/>
    public Vector2D<int> Size { get; set; }

    /// <inheritdoc/>
    public double FramesPerSecond { get; set; }

    /// <inheritdoc/>
    public GraphicsAPI API { get; set; }

    /// <inheritdoc/>
    public bool VSync { get; set; }

    /// <inheritdoc/>
    public string Title { get; set; }

    /// <inheritdoc/>
    public WindowState WindowState { get; set; }
}
