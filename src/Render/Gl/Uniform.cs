namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// Every uniform of every shader; a shader has some of them, under the same name with a small first letter. The textures come first: each
/// has the texture unit of its number in all programs.
/// </summary>
internal enum Uniform
{
    /// <summary>The frame, RGBA8UI; alpha is unused.</summary>
    FrameTexture,

    /// <summary>The label map, R16UI.</summary>
    LabelTexture,

    /// <summary>Guide colours, RGBA8UI, of the label map's size.</summary>
    GuideTexture,

    /// <summary>Labels of the frame's pixels, R16UI.</summary>
    ResolvedTexture,

    /// <summary>Fill colours of the labels, RGBA8UI.</summary>
    FillTable,

    /// <summary>Contour colours of the labels, RGBA8UI.</summary>
    ContourTable,

    /// <summary>Rectangles, RGBA16UI.</summary>
    RectTexture,

    /// <summary>Quads, RGBA16UI.</summary>
    QuadTexture,

    /// <summary>Font atlas, R8UI.</summary>
    AtlasTexture,

    /// <summary>The finished picture, RGBA8.</summary>
    PictureTexture,

    /// <summary>Size of the frame; the first that is no texture.</summary>
    FrameSize,

    /// <summary>Size of the label map.</summary>
    MapSize,

    /// <summary>The label that void and all labels beyond it are drawn as.</summary>
    LastLabel,

    /// <summary>Size of what is drawn into.</summary>
    TargetSize,

    /// <summary>1 where there are masks, otherwise 0.</summary>
    HasMasks,

    /// <summary>Pixels between taps of a contour's window, or 0.</summary>
    ContourStep,

    /// <summary>Window weights between which a contour becomes full.</summary>
    ContourRamp,

    /// <summary>1 where row 0 of the target is at the bottom of the picture, otherwise 0.</summary>
    IsFlipped,

    /// <summary>Place of the picture in a window.</summary>
    Viewport,

    /// <summary>1 where the picture's channels are in blue, green, red order, otherwise 0.</summary>
    IsBgr,
}
