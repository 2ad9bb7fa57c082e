namespace Silk.NET.OpenGL;

/// <summary>What can be set on a texture.</summary>
public enum TextureParameterName : int
{
    /// <summary>GL_TEXTURE_MAG_FILTER.</summary>
    TextureMagFilter = 0x2800,

    /// <summary>GL_TEXTURE_MIN_FILTER.</summary>
    TextureMinFilter = 0x2801,

    /// <summary>GL_TEXTURE_WRAP_S.</summary>
    TextureWrapS = 0x2802,

    /// <summary>GL_TEXTURE_WRAP_T.</summary>
    TextureWrapT = 0x2803,
}
