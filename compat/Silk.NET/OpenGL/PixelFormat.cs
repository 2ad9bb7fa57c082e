namespace Silk.NET.OpenGL;

/// <summary>Channels of pixels in memory.</summary>
public enum PixelFormat : int
{
    /// <summary>GL_RED.</summary>
    Red = 0x1903,

    /// <summary>GL_RGB.</summary>
    Rgb = 0x1907,

    /// <summary>GL_RGBA.</summary>
    Rgba = 0x1908,

    /// <summary>GL_RED_INTEGER.</summary>
    RedInteger = 0x8D94,

    /// <summary>GL_RGBA_INTEGER.</summary>
    RgbaInteger = 0x8D99,
}
