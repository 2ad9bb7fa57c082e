namespace Silk.NET.OpenGL;

/// <summary>Kinds of textures.</summary>
public enum TextureTarget : int
{
    /// <summary>GL_TEXTURE_2D.</summary>
    Texture2D = 0x0DE1,
}
