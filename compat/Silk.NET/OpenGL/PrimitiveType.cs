namespace Silk.NET.OpenGL;

/// <summary>What vertices make up.</summary>
public enum PrimitiveType : int
{
    /// <summary>GL_TRIANGLES.</summary>
    Triangles = 0x4,

    /// <summary>GL_TRIANGLE_STRIP.</summary>
    TriangleStrip = 0x5,
}
