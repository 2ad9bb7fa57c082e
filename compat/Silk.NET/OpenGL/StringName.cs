namespace Silk.NET.OpenGL;

/// <summary>Texts that describe the driver.</summary>
public enum StringName : int
{
    /// <summary>GL_VENDOR.</summary>
    Vendor = 0x1F00,

    /// <summary>GL_RENDERER.</summary>
    Renderer = 0x1F01,

    /// <summary>GL_VERSION.</summary>
    Version = 0x1F02,

    /// <summary>GL_EXTENSIONS.</summary>
    Extensions = 0x1F03,

    /// <summary>GL_SHADING_LANGUAGE_VERSION.</summary>
    ShadingLanguageVersion = 0x8B8C,
}
