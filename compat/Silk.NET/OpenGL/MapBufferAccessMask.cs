namespace Silk.NET.OpenGL;

/// <summary>How a mapped buffer is used.</summary>
[Flags]
public enum MapBufferAccessMask : int
{
    /// <summary>GL_MAP_READ_BIT.</summary>
    ReadBit = 0x1,

    /// <summary>GL_MAP_WRITE_BIT.</summary>
    WriteBit = 0x2,

    /// <summary>GL_MAP_INVALIDATE_BUFFER_BIT.</summary>
    InvalidateBufferBit = 0x8,
}
