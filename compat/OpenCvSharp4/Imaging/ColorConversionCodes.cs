namespace OpenCvSharp;

/// <summary>Colour conversions.</summary>
public enum ColorConversionCodes
{
    /// <summary>Adds an opaque alpha channel.</summary>
    BGR2BGRA = 0,

    /// <summary>Adds an opaque alpha channel.</summary>
    RGB2RGBA = BGR2BGRA,

    /// <summary>Drops the alpha channel.</summary>
    BGRA2BGR = 1,

    /// <summary>Drops the alpha channel.</summary>
    RGBA2RGB = BGRA2BGR,

    /// <summary>Swaps blue and red and adds an opaque alpha channel.</summary>
    BGR2RGBA = 2,

    /// <summary>Swaps blue and red and adds an opaque alpha channel.</summary>
    RGB2BGRA = BGR2RGBA,

    /// <summary>Swaps blue and red and drops the alpha channel.</summary>
    RGBA2BGR = 3,

    /// <summary>Swaps blue and red and drops the alpha channel.</summary>
    BGRA2RGB = RGBA2BGR,

    /// <summary>Swaps blue and red.</summary>
    BGR2RGB = 4,

    /// <summary>Swaps blue and red.</summary>
    RGB2BGR = BGR2RGB,

    /// <summary>Luma of BT.601.</summary>
    BGR2GRAY = 6,

    /// <summary>Luma of BT.601.</summary>
    RGB2GRAY = 7,

    /// <summary>The grey value three times.</summary>
    GRAY2BGR = 8,

    /// <summary>The grey value three times.</summary>
    GRAY2RGB = GRAY2BGR,

    /// <summary>Hue 0 to 179, saturation and value 0 to 255.</summary>
    BGR2HSV = 40,

    /// <summary>Back from hue, saturation, value.</summary>
    HSV2BGR = 54,

    /// <summary>CIE Lab.</summary>
    BGR2Lab = 44,

    /// <summary>Back from CIE Lab.</summary>
    Lab2BGR = 56,

    /// <summary>From 4:2:0 with interleaved chroma.</summary>
    YUV2BGR_NV12 = 91,

    /// <summary>From planar 4:2:0.</summary>
    YUV2BGR_I420 = 101,

    /// <summary>From 4:2:2, as many cameras give.</summary>
    YUV2BGR_YUY2 = 116,

    /// <summary>To planar 4:2:0.</summary>
    BGR2YUV_I420 = 128,
}
