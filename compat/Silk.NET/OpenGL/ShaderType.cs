namespace Silk.NET.OpenGL;

/// <summary>Kinds of shaders.</summary>
public enum ShaderType : int
{
    /// <summary>GL_FRAGMENT_SHADER.</summary>
    FragmentShader = 0x8B30,

    /// <summary>GL_VERTEX_SHADER.</summary>
    VertexShader = 0x8B31,
}
