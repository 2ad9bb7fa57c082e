namespace Silk.NET.OpenGL;

/// <summary>Type of one channel of pixels in memory.</summary>
public enum PixelType : int
{
    /// <summary>GL_UNSIGNED_BYTE.</summary>
    UnsignedByte = 0x1401,

    /// <summary>GL_UNSIGNED_SHORT.</summary>
    UnsignedShort = 0x1403,
}
