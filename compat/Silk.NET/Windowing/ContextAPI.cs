namespace Silk.NET.Windowing;

/// <summary>Which graphics API a window is for.</summary>
public enum ContextAPI
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Vulkan.</summary>
    Vulkan,

    /// <summary>OpenGL.</summary>
    OpenGL,

    /// <summary>OpenGL ES.</summary>
    OpenGLES,
}
