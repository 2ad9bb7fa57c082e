namespace Silk.NET.OpenGL;

/// <summary>Where a buffer is bound.</summary>
public enum BufferTargetARB : int
{
    /// <summary>GL_ARRAY_BUFFER.</summary>
    ArrayBuffer = 0x8892,

    /// <summary>GL_PIXEL_PACK_BUFFER.</summary>
    PixelPackBuffer = 0x88EB,

    /// <summary>GL_PIXEL_UNPACK_BUFFER.</summary>
    PixelUnpackBuffer = 0x88EC,
}
