using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>A picture in linear light while it is drawn, and its label map. One frame at a time.</summary>
internal sealed class SceneCanvas(int width, int height)
{
    /// <summary>Width in pixels.</summary>
    public int Width { get; } = width;

    /// <summary>Height in pixels.</summary>
    public int Height { get; } = height;

    /// <summary>Linear RGB, 1 is a fully lit white surface; the fourth component is not used.</summary>
    public Vector4[] Light { get; } = new Vector4[width * height];

    /// <summary>Segment of each pixel: stuff kinds first, then things.</summary>
    public byte[] Labels { get; } = new byte[width * height];
}
