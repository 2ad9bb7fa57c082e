using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>How a model wants its pictures prepared, on the CPU. Thread-safe.</summary>
internal sealed class FramePreparation : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ModelManifest _manifest;
    private readonly SegmentorOptions _options;
    private readonly ImagePreprocessor _preprocessor;
    private readonly StretchingPreprocessor? _stretcher;

    public FramePreparation(ModelManifest manifest, SegmentorOptions options)
    {
        _manifest = manifest;
        _options = options;
        _preprocessor = new ImagePreprocessor(manifest.PixelMean, manifest.PixelStd);
        _stretcher = manifest.Sed is null ? null : new StretchingPreprocessor(_preprocessor, manifest.PixelMean, manifest.PixelStd);
    }

    /// <summary>Mean of R, G, B, 0 to 255.</summary>
    public IReadOnlyList<float> Mean => _manifest.PixelMean;

    /// <summary>Standard deviation of R, G, B, 0 to 255.</summary>
    public IReadOnlyList<float> Deviation => _manifest.PixelStd;

    /// <summary>Fills the network's input [3, PaddedHeight, PaddedWidth] with a frame.</summary>
    public void Run(Frame frame, in ImageGeometry geometry, Span<float> tensor)
    {
        // A frame that a GPU failed on is prepared again on another thread than the others.
        lock (_gate)
        {
            if (_stretcher is null)
            {
                _preprocessor.Run(frame, geometry, tensor);
            }
            else
            {
                _stretcher.Run(frame, ResizedSize(frame), geometry, tensor);
            }
        }
    }

    public void Dispose()
    {
        _stretcher?.Dispose();
        _preprocessor.Dispose();
    }

    // SED's pictures are resized twice in the reference: to the shorter side of evaluation, then to the network's input.
    private (int Width, int Height) ResizedSize(Frame frame)
    {
        if (_options.NativeSize)
        {
            return (frame.Width, frame.Height);
        }

        var size = ImageGeometry.ShortestEdge(frame.Width, frame.Height, _options.ShortSide ?? _manifest.ShortSide, _manifest.MaxSide);
        return (size.ResizedWidth, size.ResizedHeight);
    }
}
