namespace Silk.NET.OpenGL;

/// <summary>Numbers that describe the driver.</summary>
public enum GetPName : int
{
    /// <summary>GL_MAX_TEXTURE_SIZE.</summary>
    MaxTextureSize = 0x0D33,

    /// <summary>GL_NUM_EXTENSIONS.</summary>
    NumExtensions = 0x821D,
}
