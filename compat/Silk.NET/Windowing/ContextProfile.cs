namespace Silk.NET.Windowing;

/// <summary>Profile of OpenGL.</summary>
public enum ContextProfile
{
    /// <summary>Without what is deprecated.</summary>
    Core = 0,

    /// <summary>With what is deprecated.</summary>
    Compatability,
}
