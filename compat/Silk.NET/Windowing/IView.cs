using Silk.NET.Core.Contexts;
using Silk.NET.Maths;

namespace Silk.NET.Windowing;

/// <summary>Something to draw on. All members belong to the thread that called <see cref="Initialize"/>.</summary>
public interface IView : IViewProperties, IGLContextSource, IDisposable
{
    /// <summary>The platform's handle.</summary>
    nint Handle { get; }

    /// <summary>True once the user or the program wants it closed.</summary>
    bool IsClosing { get; }

    /// <summary>Seconds since <see cref="Initialize"/>.</summary>
    double Time { get; }

    /// <summary>Size in pixels.</summary>
    Vector2D<int> FramebufferSize { get; }

    /// <summary>True between <see cref="Initialize"/> and <see cref="Reset"/>.</summary>
    bool IsInitialized { get; }

    /// <summary>The content has another size.</summary>
    event Action<Vector2D<int>>? Resize;

    /// <summary>The content has another size in pixels.</summary>
    event Action<Vector2D<int>>? FramebufferResize;

    /// <summary>The user or the program wants it closed.</summary>
    event Action? Closing;

    /// <summary>It gained or lost the keyboard.</summary>
    event Action<bool>? FocusChanged;

    /// <summary>It was made.</summary>
    event Action? Load;

    /// <summary>Time to draw; seconds since the last time.</summary>
    event Action<double>? Render;

    /// <summary>Makes it, with its context current.</summary>
    void Initialize();

    /// <summary>Raises <see cref="Render"/>.</summary>
    void DoRender();

    /// <summary>Handles what happened since the last call.</summary>
    void DoEvents();

    /// <summary>Takes it away.</summary>
    void Reset();

    /// <summary>Gives it the keyboard.</summary>
    void Focus();

    /// <summary>Asks for it to be closed.</summary>
    void Close();
}
