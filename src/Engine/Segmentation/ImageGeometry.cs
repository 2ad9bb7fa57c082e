namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// How a picture is laid into the network's input: resized to <see cref="ResizedWidth"/> x <see cref="ResizedHeight"/>, then padded on
/// the right and at the bottom to <see cref="PaddedWidth"/> x <see cref="PaddedHeight"/>, both multiples of the model's divisor.
/// </summary>
/// <param name="SourceWidth">Width of the picture as it came, in pixels.</param>
/// <param name="SourceHeight">Height of the picture as it came, in pixels.</param>
/// <param name="ResizedWidth">Width of its image inside the input.</param>
/// <param name="ResizedHeight">Height of its image inside the input.</param>
/// <param name="PaddedWidth">Width of the network's input.</param>
/// <param name="PaddedHeight">Height of the network's input.</param>
public readonly record struct ImageGeometry(
    int SourceWidth, int SourceHeight, int ResizedWidth, int ResizedHeight, int PaddedWidth, int PaddedHeight)
{
    /// <summary>Input pixels per mask-logit pixel, along each axis.</summary>
    public const int MaskStride = 4;

    /// <summary>Width of the mask logits, padding included.</summary>
    public int MaskWidth => PaddedWidth / MaskStride;

    /// <summary>Height of the mask logits, padding included.</summary>
    public int MaskHeight => PaddedHeight / MaskStride;

    /// <summary>Width of the part of the mask logits that the picture covers, rounded up.</summary>
    public int ValidMaskWidth => (ResizedWidth + MaskStride - 1) / MaskStride;

    /// <summary>Height of the part of the mask logits that the picture covers, rounded up.</summary>
    public int ValidMaskHeight => (ResizedHeight + MaskStride - 1) / MaskStride;

    /// <summary>No resizing: the picture at its own size, padded.</summary>
    public static ImageGeometry Native(int width, int height, int divisor = 32) =>
        new(width, height, width, height, RoundUp(width, divisor), RoundUp(height, divisor));

    /// <summary>
    /// The reference's test-time size: the shorter side becomes <paramref name="shortSide"/> unless that makes the longer one exceed
    /// <paramref name="maxSide"/> (detectron2, ResizeShortestEdge.get_output_shape).
    /// </summary>
    public static ImageGeometry ShortestEdge(int width, int height, int shortSide, int maxSide, int divisor = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var scale = shortSide / (double)Math.Min(width, height);
        var (newHeight, newWidth) = height < width ? (shortSide, scale * width) : (scale * height, (double)shortSide);
        var longer = Math.Max(newHeight, newWidth);
        if (longer > maxSide)
        {
            newHeight *= maxSide / longer;
            newWidth *= maxSide / longer;
        }

        var resizedWidth = Math.Max(1, (int)(newWidth + 0.5));
        var resizedHeight = Math.Max(1, (int)(newHeight + 0.5));
        return new(width, height, resizedWidth, resizedHeight, RoundUp(resizedWidth, divisor), RoundUp(resizedHeight, divisor));
    }

    /// <summary>A fixed input size: the picture is made as large as fits with its aspect ratio kept.</summary>
    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the picture.</param>
    /// <param name="inputWidth">Width of the network's input.</param>
    /// <param name="inputHeight">Height of the network's input.</param>
    public static ImageGeometry FitInside(int width, int height, int inputWidth, int inputHeight)
    {
        var scale = Math.Min(inputWidth / (double)width, inputHeight / (double)height);
        var resizedWidth = Math.Clamp((int)((width * scale) + 0.5), 1, inputWidth);
        var resizedHeight = Math.Clamp((int)((height * scale) + 0.5), 1, inputHeight);
        return new(width, height, resizedWidth, resizedHeight, inputWidth, inputHeight);
    }

    /// <summary>The whole input, the aspect ratio lost, as SED takes its pictures.</summary>
    public static ImageGeometry Stretch(int width, int height, int inputWidth, int inputHeight) =>
        new(width, height, inputWidth, inputHeight, inputWidth, inputHeight);

    private static int RoundUp(int value, int divisor) => (value + divisor - 1) / divisor * divisor;
}
