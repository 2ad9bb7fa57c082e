namespace OpenSegR.Realtime.Render;

/// <summary>Which compositor to use.</summary>
public enum CompositorKind
{
    /// <summary>
    /// OpenGL where a graphics card draws, otherwise the CPU: the pictures are the same to the bit, and a software OpenGL needs about ten
    /// times the processor time for them.
    /// </summary>
    Auto,

    /// <summary>OpenGL, by a graphics card or in software, or an error where there is none.</summary>
    OpenGl,

    /// <summary>The CPU.</summary>
    Cpu,
}
