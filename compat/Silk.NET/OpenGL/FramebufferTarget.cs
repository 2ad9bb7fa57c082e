namespace Silk.NET.OpenGL;

/// <summary>Where a framebuffer is bound.</summary>
public enum FramebufferTarget : int
{
    /// <summary>GL_READ_FRAMEBUFFER.</summary>
    ReadFramebuffer = 0x8CA8,

    /// <summary>GL_DRAW_FRAMEBUFFER.</summary>
    DrawFramebuffer = 0x8CA9,

    /// <summary>GL_FRAMEBUFFER.</summary>
    Framebuffer = 0x8D40,
}
