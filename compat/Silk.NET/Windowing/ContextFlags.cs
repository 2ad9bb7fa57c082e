namespace Silk.NET.Windowing;

/// <summary>Options of an OpenGL context.</summary>
[Flags]
public enum ContextFlags
{
    /// <summary>None.</summary>
    Default = 0,

    /// <summary>More messages.</summary>
    Debug = 1,

    /// <summary>Nothing that is deprecated.</summary>
    ForwardCompatible = 2,
}
