namespace Silk.NET.OpenGL;

/// <summary>How rows of pixels lie in memory.</summary>
public enum PixelStoreParameter : int
{
    /// <summary>GL_UNPACK_ROW_LENGTH.</summary>
    UnpackRowLength = 0x0CF2,

    /// <summary>GL_UNPACK_ALIGNMENT.</summary>
    UnpackAlignment = 0x0CF5,

    /// <summary>GL_PACK_ROW_LENGTH.</summary>
    PackRowLength = 0x0D02,

    /// <summary>GL_PACK_ALIGNMENT.</summary>
    PackAlignment = 0x0D05,
}
