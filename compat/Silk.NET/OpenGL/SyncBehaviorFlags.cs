namespace Silk.NET.OpenGL;

/// <summary>Options of a fence.</summary>
public enum SyncBehaviorFlags : int
{
    /// <summary>No option.</summary>
    None = 0,
}
