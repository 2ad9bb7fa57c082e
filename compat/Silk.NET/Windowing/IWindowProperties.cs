using Silk.NET.Maths;

namespace Silk.NET.Windowing;

/// <summary>What can be set of a window.</summary>
public interface IWindowProperties : IViewProperties
{
    /// <summary>True where it can be seen.</summary>
    bool IsVisible { get; set; }

    /// <summary>Place of the content on the desktop.</summary>
    Vector2D<int> Position { get; set; }

    /// <summary>Size of the content.</summary>
    new Vector2D<int> Size { get; set; }

    /// <summary>Text of the title bar.</summary>
    string Title { get; set; }

    /// <summary>How it fills the screen.</summary>
    WindowState WindowState { get; set; }
}
