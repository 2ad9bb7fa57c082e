namespace OpenSegR.Realtime.Segmentation;

/// <summary>A rectangle of whole pixels: left and top are inside, right and bottom are the first outside.</summary>
public readonly record struct PixelBox(int Left, int Top, int Right, int Bottom)
{
    /// <summary>Width in pixels.</summary>
    public int Width => Right - Left;

    /// <summary>Height in pixels.</summary>
    public int Height => Bottom - Top;
}
