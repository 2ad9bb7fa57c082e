namespace Silk.NET.Input;

/// <summary>Keys, by their place on a US keyboard; the values are those of GLFW.</summary>
public enum Key
{
    /// <summary>Unknown.</summary>
    Unknown = -1,

    /// <summary>Space.</summary>
    Space = 32,

    /// <summary>Apostrophe.</summary>
    Apostrophe = 39,

    /// <summary>Comma.</summary>
    Comma = 44,

    /// <summary>Minus.</summary>
    Minus = 45,

    /// <summary>Period.</summary>
    Period = 46,

    /// <summary>Slash.</summary>
    Slash = 47,

    /// <summary>Number0.</summary>
    Number0 = 48,

    /// <summary>Number1.</summary>
    Number1 = 49,

    /// <summary>Number2.</summary>
    Number2 = 50,

    /// <summary>Number3.</summary>
    Number3 = 51,

    /// <summary>Number4.</summary>
    Number4 = 52,

    /// <summary>Number5.</summary>
    Number5 = 53,

    /// <summary>Number6.</summary>
    Number6 = 54,

    /// <summary>Number7.</summary>
    Number7 = 55,

    /// <summary>Number8.</summary>
    Number8 = 56,

    /// <summary>Number9.</summary>
    Number9 = 57,

    /// <summary>Semicolon.</summary>
    Semicolon = 59,

    /// <summary>Equal.</summary>
    Equal = 61,

    /// <summary>A.</summary>
    A = 65,

    /// <summary>B.</summary>
    B = 66,

    /// <summary>C.</summary>
    C = 67,

    /// <summary>D.</summary>
    D = 68,

    /// <summary>E.</summary>
    E = 69,

    /// <summary>F.</summary>
    F = 70,

    /// <summary>G.</summary>
    G = 71,

    /// <summary>H.</summary>
    H = 72,

    /// <summary>I.</summary>
    I = 73,

    /// <summary>J.</summary>
    J = 74,

    /// <summary>K.</summary>
    K = 75,

    /// <summary>L.</summary>
    L = 76,

    /// <summary>M.</summary>
    M = 77,

    /// <summary>N.</summary>
    N = 78,

    /// <summary>O.</summary>
    O = 79,

    /// <summary>P.</summary>
    P = 80,

    /// <summary>Q.</summary>
    Q = 81,

    /// <summary>R.</summary>
    R = 82,

    /// <summary>S.</summary>
    S = 83,

    /// <summary>T.</summary>
    T = 84,

    /// <summary>U.</summary>
    U = 85,

    /// <summary>V.</summary>
    V = 86,

    /// <summary>W.</summary>
    W = 87,

    /// <summary>X.</summary>
    X = 88,

    /// <summary>Y.</summary>
    Y = 89,

    /// <summary>Z.</summary>
    Z = 90,

    /// <summary>LeftBracket.</summary>
    LeftBracket = 91,

    /// <summary>BackSlash.</summary>
    BackSlash = 92,

    /// <summary>RightBracket.</summary>
    RightBracket = 93,

    /// <summary>GraveAccent.</summary>
    GraveAccent = 96,

    /// <summary>Escape.</summary>
    Escape = 256,

    /// <summary>Enter.</summary>
    Enter = 257,

    /// <summary>Tab.</summary>
    Tab = 258,

    /// <summary>Backspace.</summary>
    Backspace = 259,

    /// <summary>Insert.</summary>
    Insert = 260,

    /// <summary>Delete.</summary>
    Delete = 261,

    /// <summary>Right.</summary>
    Right = 262,

    /// <summary>Left.</summary>
    Left = 263,

    /// <summary>Down.</summary>
    Down = 264,

    /// <summary>Up.</summary>
    Up = 265,

    /// <summary>PageUp.</summary>
    PageUp = 266,

    /// <summary>PageDown.</summary>
    PageDown = 267,

    /// <summary>Home.</summary>
    Home = 268,

    /// <summary>End.</summary>
    End = 269,

    /// <summary>F1.</summary>
    F1 = 290,

    /// <summary>F2.</summary>
    F2 = 291,

    /// <summary>F3.</summary>
    F3 = 292,

    /// <summary>F4.</summary>
    F4 = 293,

    /// <summary>F5.</summary>
    F5 = 294,

    /// <summary>F6.</summary>
    F6 = 295,

    /// <summary>F7.</summary>
    F7 = 296,

    /// <summary>F8.</summary>
    F8 = 297,

    /// <summary>F9.</summary>
    F9 = 298,

    /// <summary>F10.</summary>
    F10 = 299,

    /// <summary>F11.</summary>
    F11 = 300,

    /// <summary>F12.</summary>
    F12 = 301,

    /// <summary>KeypadSubtract.</summary>
    KeypadSubtract = 333,

    /// <summary>KeypadAdd.</summary>
    KeypadAdd = 334,

    /// <summary>KeypadEnter.</summary>
    KeypadEnter = 335,

    /// <summary>ShiftLeft.</summary>
    ShiftLeft = 340,

    /// <summary>ControlLeft.</summary>
    ControlLeft = 341,

    /// <summary>AltLeft.</summary>
    AltLeft = 342,

    /// <summary>SuperLeft.</summary>
    SuperLeft = 343,

    /// <summary>ShiftRight.</summary>
    ShiftRight = 344,

    /// <summary>ControlRight.</summary>
    ControlRight = 345,

    /// <summary>AltRight.</summary>
    AltRight = 346,

    /// <summary>SuperRight.</summary>
    SuperRight = 347,

    /// <summary>Menu.</summary>
    Menu = 348,
}
