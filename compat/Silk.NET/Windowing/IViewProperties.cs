using Silk.NET.Maths;

namespace Silk.NET.Windowing;

/// <summary>What can be set of a view.</summary>
public interface IViewProperties
{
    /// <summary>True to show what was drawn after each <see cref="IView.Render"/>.</summary>
    bool ShouldSwapAutomatically { get; set; }

    /// <summary>Size of the content.</summary>
    Vector2D<int> Size { get; }

    /// <summary>Most calls of <see cref="IView.Render"/> a second; 0 for no limit.</summary>
    double FramesPerSecond { get; set; }

    /// <summary>The graphics API.</summary>
    GraphicsAPI API { get; }

    /// <summary>True to wait for the screen's refresh.</summary>
    bool VSync { get; set; }
}
