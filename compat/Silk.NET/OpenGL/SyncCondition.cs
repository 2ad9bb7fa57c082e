namespace Silk.NET.OpenGL;

/// <summary>What a fence waits for.</summary>
public enum SyncCondition : int
{
    /// <summary>GL_SYNC_GPU_COMMANDS_COMPLETE.</summary>
    SyncGpuCommandsComplete = 0x9117,
}
