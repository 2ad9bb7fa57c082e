namespace Silk.NET.OpenGL;

/// <summary>Factors of blending.</summary>
public enum BlendingFactor : int
{
    /// <summary>GL_ZERO.</summary>
    Zero = 0,

    /// <summary>GL_ONE.</summary>
    One = 1,

    /// <summary>GL_SRC_ALPHA.</summary>
    SrcAlpha = 0x0302,

    /// <summary>GL_ONE_MINUS_SRC_ALPHA.</summary>
    OneMinusSrcAlpha = 0x0303,
}
