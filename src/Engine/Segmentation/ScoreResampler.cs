namespace OpenSegR.Realtime.Segmentation;

/// <summary>Brings finished scores to the frame, bilinear (sem_seg_postprocess of the reference).</summary>
/// <param name="width">Width of the scores.</param>
/// <param name="height">Height of the scores.</param>
/// <param name="geometry">How the frame lies in the network's input.</param>
internal sealed class ScoreResampler(int width, int height, in ImageGeometry geometry)
{
    public LerpAxis Horizontal { get; } = new(width, geometry.SourceWidth);

    public LerpAxis Vertical { get; } = new(height, geometry.SourceHeight);

    public int Width => Horizontal.OutputLength;

    public int Height => Vertical.OutputLength;
}
