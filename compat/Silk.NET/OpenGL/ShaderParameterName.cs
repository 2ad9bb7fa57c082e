namespace Silk.NET.OpenGL;

/// <summary>What can be asked of a shader.</summary>
public enum ShaderParameterName : int
{
    /// <summary>GL_COMPILE_STATUS.</summary>
    CompileStatus = 0x8B81,
}
