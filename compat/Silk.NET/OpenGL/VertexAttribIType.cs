namespace Silk.NET.OpenGL;

/// <summary>Types of integer vertex attributes.</summary>
public enum VertexAttribIType : int
{
    /// <summary>GL_SHORT.</summary>
    Short = 0x1402,

    /// <summary>GL_UNSIGNED_BYTE.</summary>
    UnsignedByte = 0x1401,

    /// <summary>GL_UNSIGNED_SHORT.</summary>
    UnsignedShort = 0x1403,

    /// <summary>GL_INT.</summary>
    Int = 0x1404,
}
