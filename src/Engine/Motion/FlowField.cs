using System.Numerics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Where each pixel of a small picture came from: the pixel p was at p + <see cref="Vectors"/>[p] in the picture before. Pixel centres are at
/// whole numbers.
/// </summary>
internal sealed class FlowField
{
    /// <summary>Width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>The displacements, row by row.</summary>
    public Vector2[] Vectors { get; private set; } = [];

    /// <summary>How far the two pictures differ there, in grey levels of 256: small where the displacement that was found explains the pixel.</summary>
    public float[] Residuals { get; private set; } = [];

    /// <summary>
    /// Median of <see cref="Residuals"/>, in grey levels: as most of a picture is explained by motion, that is what noise and sampling alone make.
    /// </summary>
    public float Noise { get; set; }

    /// <summary>Index of the frame that it belongs to.</summary>
    public long FrameIndex { get; set; }

    /// <summary>Sets the size; the values are undefined afterwards.</summary>
    public void Resize(int width, int height)
    {
        (Width, Height) = (width, height);
        if (Vectors.Length < width * height)
        {
            Vectors = new Vector2[width * height];
            Residuals = new float[width * height];
        }
    }
}
