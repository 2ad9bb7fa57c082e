namespace Silk.NET.Input;

/// <summary>A keyboard.</summary>
public interface IKeyboard : IInputDevice
{
    /// <summary>Text in the clipboard.</summary>
    string ClipboardText { get; }

    /// <summary>A key went down; the number is its scan code.</summary>
    event Action<IKeyboard, Key, int>? KeyDown;

    /// <summary>A key went up; the number is its scan code.</summary>
    event Action<IKeyboard, Key, int>? KeyUp;

    /// <summary>A character was typed.</summary>
    event Action<IKeyboard, char>? KeyChar;

    /// <summary>True while the key is down.</summary>
    bool IsKeyPressed(Key key);
}
