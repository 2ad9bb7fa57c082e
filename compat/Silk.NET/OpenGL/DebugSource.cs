namespace Silk.NET.OpenGL;

/// <summary>Who a debug message comes from.</summary>
#pragma warning disable CA1712 // The name is the library's.
public enum DebugSource : int
{
    /// <summary>GL_DEBUG_SOURCE_APPLICATION.</summary>
    DebugSourceApplication = 0x824A,
}
#pragma warning restore CA1712
