namespace OpenCvSharp;

/// <summary>How a picture file is read.</summary>
[Flags]
public enum ImreadModes
{
    /// <summary>As stored, with alpha.</summary>
    Unchanged = -1,

    /// <summary>One channel, 8 bits.</summary>
    Grayscale = 0,

    /// <summary>Three channels BGR, 8 bits.</summary>
    Color = 1,

    /// <summary>Keep 16 or 32 bits.</summary>
    AnyDepth = 2,

    /// <summary>Keep the number of channels.</summary>
    AnyColor = 4,

    /// <summary>Do not turn by the EXIF flag.</summary>
    IgnoreOrientation = 128,
}
