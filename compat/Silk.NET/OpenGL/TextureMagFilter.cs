namespace Silk.NET.OpenGL;

/// <summary>Filters of a texture that is shown larger.</summary>
public enum TextureMagFilter : int
{
    /// <summary>GL_NEAREST.</summary>
    Nearest = 0x2600,

    /// <summary>GL_LINEAR.</summary>
    Linear = 0x2601,
}
