namespace OpenSegR.Realtime.Segmentation;

/// <summary>Keeps the interpolation tables of the geometry in use; they are made anew only when it changes.</summary>
internal sealed class ResamplerCache
{
    private ImageGeometry _geometry;
    private MaskResampler? _stride4;
    private MaskResampler? _toResized;
    private MaskResampler? _toFrame;
    private ScoreResampler? _scoresToFrame;
    private ScoreResampler? _stride4ToFrame;

    public MaskResampler Stride4(in ImageGeometry geometry)
    {
        Use(geometry);
        return _stride4 ??= MaskResampler.Stride4(geometry);
    }

    public MaskResampler ToResized(in ImageGeometry geometry)
    {
        Use(geometry);
        return _toResized ??= MaskResampler.ToResized(geometry);
    }

    public MaskResampler ToFrame(in ImageGeometry geometry)
    {
        Use(geometry);
        return _toFrame ??= MaskResampler.ToFrame(geometry);
    }

    public ScoreResampler ScoresToFrame(in ImageGeometry geometry)
    {
        Use(geometry);
        return _scoresToFrame ??= new ScoreResampler(geometry.ResizedWidth, geometry.ResizedHeight, geometry);
    }

    public ScoreResampler Stride4ToFrame(in ImageGeometry geometry)
    {
        Use(geometry);
        return _stride4ToFrame ??= new ScoreResampler(geometry.ValidMaskWidth, geometry.ValidMaskHeight, geometry);
    }

    private void Use(in ImageGeometry geometry)
    {
        if (_geometry != geometry)
        {
            _geometry = geometry;
            _stride4 = null;
            _toResized = null;
            _toFrame = null;
            _scoresToFrame = null;
            _stride4ToFrame = null;
        }
    }
}
