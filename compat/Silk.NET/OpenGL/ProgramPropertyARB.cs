namespace Silk.NET.OpenGL;

/// <summary>What can be asked of a program.</summary>
public enum ProgramPropertyARB : int
{
    /// <summary>GL_LINK_STATUS.</summary>
    LinkStatus = 0x8B82,
}
