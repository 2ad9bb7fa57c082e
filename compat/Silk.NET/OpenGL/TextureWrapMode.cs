namespace Silk.NET.OpenGL;

/// <summary>What lies outside a texture.</summary>
public enum TextureWrapMode : int
{
    /// <summary>GL_CLAMP_TO_EDGE.</summary>
    ClampToEdge = 0x812F,
}
