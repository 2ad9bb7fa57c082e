namespace Silk.NET.OpenGL;

/// <summary>What can be switched on and off.</summary>
public enum EnableCap : int
{
    /// <summary>GL_BLEND.</summary>
    Blend = 0x0BE2,
}
