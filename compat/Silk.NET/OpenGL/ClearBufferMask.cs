namespace Silk.NET.OpenGL;

/// <summary>What to clear.</summary>
[Flags]
public enum ClearBufferMask : int
{
    /// <summary>GL_COLOR_BUFFER_BIT.</summary>
    ColorBufferBit = 0x4000,
}
