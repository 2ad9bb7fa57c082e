using Silk.NET.Maths;

namespace Silk.NET.Windowing;

/// <summary>A window.</summary>
public interface IWindow : IWindowProperties, IView
{
    /// <summary>True once the user or the program wants it closed.</summary>
    new bool IsClosing { get; set; }

    /// <summary>The window was moved.</summary>
    event Action<Vector2D<int>>? Move;
}
