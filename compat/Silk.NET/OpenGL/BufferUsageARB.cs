namespace Silk.NET.OpenGL;

/// <summary>What a buffer is for.</summary>
public enum BufferUsageARB : int
{
    /// <summary>GL_STREAM_DRAW.</summary>
    StreamDraw = 0x88E0,

    /// <summary>GL_STREAM_READ.</summary>
    StreamRead = 0x88E1,
}
