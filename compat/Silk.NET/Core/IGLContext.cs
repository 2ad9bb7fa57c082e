namespace Silk.NET.Core.Contexts;

/// <summary>An OpenGL context, which can be made current on one thread at a time.</summary>
public interface IGLContext : INativeContext
{
    /// <summary>The platform's handle of the context.</summary>
    nint Handle { get; }

    /// <summary>What the context belongs to, where it belongs to something.</summary>
    IGLContextSource? Source { get; }

    /// <summary>True on the thread where the context is current.</summary>
    bool IsCurrent { get; }

    /// <summary>Screen refreshes to wait for in <see cref="SwapBuffers"/>; 0 for none.</summary>
    void SwapInterval(int interval);

    /// <summary>Shows what was drawn.</summary>
    void SwapBuffers();

    /// <summary>Makes the context current on the calling thread.</summary>
    void MakeCurrent();

    /// <summary>Releases the calling thread's current context.</summary>
    void Clear();
}
