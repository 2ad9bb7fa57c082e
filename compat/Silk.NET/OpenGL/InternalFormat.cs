namespace Silk.NET.OpenGL;

/// <summary>How textures are stored.</summary>
public enum InternalFormat : int
{
    /// <summary>GL_RGB8.</summary>
    Rgb8 = 0x8051,

    /// <summary>GL_RGBA8.</summary>
    Rgba8 = 0x8058,

    /// <summary>GL_R8.</summary>
    R8 = 0x8229,

    /// <summary>GL_R16UI.</summary>
    R16ui = 0x8234,

    /// <summary>GL_RGBA16UI.</summary>
    Rgba16ui = 0x8D76,

    /// <summary>GL_RGBA8UI.</summary>
    Rgba8ui = 0x8D7C,

    /// <summary>GL_R8UI.</summary>
    R8ui = 0x8232,
}
