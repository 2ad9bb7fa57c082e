namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>What a <see cref="GpuCopy"/> is of, and which of a <see cref="GpuTextures"/>' two textures it goes into; numbers as in native code.</summary>
public enum GpuCopyKind
{
    /// <summary>Pixels of a frame; a texture of four 8-bit integers.</summary>
    Frame,

    /// <summary>A label map; a texture of one 16-bit integer.</summary>
    Labels,
}
