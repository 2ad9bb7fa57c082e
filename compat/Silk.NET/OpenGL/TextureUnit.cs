namespace Silk.NET.OpenGL;

/// <summary>Places where shaders find textures.</summary>
public enum TextureUnit : int
{
    /// <summary>GL_TEXTURE0.</summary>
    Texture0 = 0x84C0,

    /// <summary>GL_TEXTURE1.</summary>
    Texture1 = 0x84C1,

    /// <summary>GL_TEXTURE2.</summary>
    Texture2 = 0x84C2,

    /// <summary>GL_TEXTURE3.</summary>
    Texture3 = 0x84C3,

    /// <summary>GL_TEXTURE4.</summary>
    Texture4 = 0x84C4,

    /// <summary>GL_TEXTURE5.</summary>
    Texture5 = 0x84C5,

    /// <summary>GL_TEXTURE6.</summary>
    Texture6 = 0x84C6,

    /// <summary>GL_TEXTURE7.</summary>
    Texture7 = 0x84C7,

    /// <summary>GL_TEXTURE8.</summary>
    Texture8 = 0x84C8,

    /// <summary>GL_TEXTURE9.</summary>
    Texture9 = 0x84C9,
}
