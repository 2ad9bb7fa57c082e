namespace Silk.NET.Input;

/// <summary>Buttons of a mouse.</summary>
public enum MouseButton
{
    /// <summary>Another button.</summary>
    Unknown = -1,

    /// <summary>The left button.</summary>
    Left = 0,

    /// <summary>The right button.</summary>
    Right,

    /// <summary>The middle button.</summary>
    Middle,
}
