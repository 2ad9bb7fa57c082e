namespace Silk.NET.OpenGL;

/// <summary>Parts of a framebuffer.</summary>
public enum FramebufferAttachment : int
{
    /// <summary>GL_COLOR_ATTACHMENT0.</summary>
    ColorAttachment0 = 0x8CE0,
}
