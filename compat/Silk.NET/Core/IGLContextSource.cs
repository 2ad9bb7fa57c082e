namespace Silk.NET.Core.Contexts;

/// <summary>Something that has an OpenGL context.</summary>
public interface IGLContextSource
{
    /// <summary>The context, or null where another graphics API was chosen.</summary>
    IGLContext? GLContext { get; }
}
