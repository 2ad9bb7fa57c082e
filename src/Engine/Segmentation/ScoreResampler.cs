namespace OpenSegR.Realtime.Segmentation;

/// <summary>Brings finished scores from the resized picture to the frame, bilinear (sem_seg_postprocess of the reference).</summary>
internal sealed class ScoreResampler(in ImageGeometry geometry)
{
    public LerpAxis Horizontal { get; } = new(geometry.ResizedWidth, geometry.SourceWidth);

    public LerpAxis Vertical { get; } = new(geometry.ResizedHeight, geometry.SourceHeight);

    public int Width => Horizontal.OutputLength;

    public int Height => Vertical.OutputLength;
}
