namespace OpenSegR.Realtime.Render;

/// <summary>Which compositor to use.</summary>
public enum CompositorKind
{
    /// <summary>OpenGL where there is one, otherwise the CPU.</summary>
    Auto,

    /// <summary>OpenGL, or an error where there is none.</summary>
    OpenGl,

    /// <summary>The CPU.</summary>
    Cpu,
}
