namespace OpenCvSharp;

/// <summary>How pixels between pixels are computed.</summary>
[Flags]
public enum InterpolationFlags
{
    /// <summary>Nearest neighbour.</summary>
    Nearest = 0,

    /// <summary>Bilinear, pixel centres at half positions.</summary>
    Linear = 1,

    /// <summary>Bicubic over 4x4 pixels.</summary>
    Cubic = 2,

    /// <summary>Mean over the covered area; best for shrinking.</summary>
    Area = 3,

    /// <summary>Lanczos over 8x8 pixels.</summary>
    Lanczos4 = 4,

    /// <summary>Bilinear with the same result on every machine.</summary>
    LinearExact = 5,

    /// <summary>Mask of the interpolation codes.</summary>
    Max = 7,

    /// <summary>Fill all pixels of the target, also those from outside.</summary>
    WarpFillOutliers = 8,

    /// <summary>The transform is from target to source.</summary>
    WarpInverseMap = 16,
}
