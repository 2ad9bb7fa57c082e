using System.Numerics;

namespace Silk.NET.Input;

/// <summary>A mouse.</summary>
public interface IMouse : IInputDevice
{
    /// <summary>Place of the pointer in the window's content.</summary>
    Vector2 Position { get; }

    /// <summary>A button went down.</summary>
    event Action<IMouse, MouseButton>? MouseDown;

    /// <summary>A button went up.</summary>
    event Action<IMouse, MouseButton>? MouseUp;

    /// <summary>The pointer moved to a place.</summary>
    event Action<IMouse, Vector2>? MouseMove;

    /// <summary>The wheel turned.</summary>
    event Action<IMouse, ScrollWheel>? Scroll;

    /// <summary>True while the button is down.</summary>
    bool IsButtonPressed(MouseButton btn);
}
