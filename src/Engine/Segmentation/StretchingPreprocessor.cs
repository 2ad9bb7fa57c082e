using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Lays frames out for SED in the reference's two steps: resized in 8 bits with Pillow's bilinear filter (ResizeShortestEdge), normalised,
/// then stretched to the network's input in floating point, bilinear without antialiasing (SED, sed/modeling/sed_model.py).
/// </summary>
/// <param name="resizer">Does the first step; it stays the caller's.</param>
/// <param name="mean">Mean of R, G, B on the 0 to 255 scale.</param>
/// <param name="std">Standard deviation of R, G, B on the 0 to 255 scale, each greater than 0.</param>
/// <remarks>Keeps tables and scratch memory for the last sizes; one thread at a time.</remarks>
internal sealed class StretchingPreprocessor(ImagePreprocessor resizer, IReadOnlyList<float> mean, IReadOnlyList<float> std) : IDisposable
{
    private const int Channels = 3;

    private Frame? _resized;
    private LerpAxis? _horizontal;
    private LerpAxis? _vertical;
    private float[] _line = [];

    /// <summary>Fills <paramref name="tensor"/> with the frame.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="resized">Size after the first step; that of the frame for none.</param>
    /// <param name="geometry">The network's input, which the picture fills.</param>
    /// <param name="tensor">[3, PaddedHeight, PaddedWidth].</param>
    public void Run(Frame frame, (int Width, int Height) resized, in ImageGeometry geometry, Span<float> tensor)
    {
        if ((frame.Width, frame.Height) == resized)
        {
            Stretch(frame, geometry, tensor);
            return;
        }

        var format = frame.Format with { Width = resized.Width, Height = resized.Height };
        if (_resized is null || _resized.Format != format)
        {
            _resized?.Dispose();
            _resized = FramePool.Shared.Rent(format);
        }

        resizer.Resize(frame, _resized);
        Stretch(_resized, geometry, tensor);
    }

    /// <summary>Gives the scratch memory back.</summary>
    public void Dispose() => _resized?.Dispose();

    private void Stretch(Frame frame, in ImageGeometry geometry, Span<float> tensor)
    {
        if (_horizontal?.InputLength != frame.Width || _horizontal.OutputLength != geometry.PaddedWidth)
        {
            _horizontal = new LerpAxis(frame.Width, geometry.PaddedWidth);
            _line = new float[frame.Width];
        }

        if (_vertical?.InputLength != frame.Height || _vertical.OutputLength != geometry.PaddedHeight)
        {
            _vertical = new LerpAxis(frame.Height, geometry.PaddedHeight);
        }

        var pixels = frame.Pixels;
        var plane = geometry.PaddedWidth * geometry.PaddedHeight;
        for (var channel = 0; channel < Channels; channel++)
        {
            var offset = frame.Format.PixelFormat == PixelFormat.Bgr24 ? 2 - channel : channel;
            for (var y = 0; y < geometry.PaddedHeight; y++)
            {
                var low = pixels.Slice(_vertical.Low[y] * frame.Stride, frame.Width * Channels);
                var high = pixels.Slice(_vertical.High[y] * frame.Stride, frame.Width * Channels);
                var fraction = _vertical.Fraction[y];
                for (var (x, i) = (0, offset); x < _line.Length; x++, i += Channels)
                {
                    var a = (low[i] - mean[channel]) / std[channel];
                    var b = (high[i] - mean[channel]) / std[channel];
                    _line[x] = a + (fraction * (b - a));
                }

                _horizontal.Apply(_line, tensor.Slice((channel * plane) + (y * geometry.PaddedWidth), geometry.PaddedWidth));
            }
        }
    }
}
