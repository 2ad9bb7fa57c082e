namespace Silk.NET.OpenGL;

/// <summary>Options of waiting for a fence.</summary>
public enum SyncObjectMask : int
{
    /// <summary>GL_SYNC_FLUSH_COMMANDS_BIT.</summary>
    Bit = 0x1,
}
