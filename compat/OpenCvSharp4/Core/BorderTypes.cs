namespace OpenCvSharp;

/// <summary>What lies beyond the border of an image.</summary>
public enum BorderTypes
{
    /// <summary>A constant value.</summary>
    Constant = 0,

    /// <summary>The edge pixel again.</summary>
    Replicate = 1,

    /// <summary>Mirrored with the edge pixel.</summary>
    Reflect = 2,

    /// <summary>The other side.</summary>
    Wrap = 3,

    /// <summary>Mirrored without the edge pixel.</summary>
    Reflect101 = 4,

    /// <summary>Pixels outside are left as they are.</summary>
    Transparent = 5,

    /// <summary>The same as Reflect101.</summary>
    Default = Reflect101,

    /// <summary>Do not look outside of a region of interest.</summary>
    Isolated = 16,
}
