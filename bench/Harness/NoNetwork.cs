using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// A segmentor whose network takes no time: pictures are prepared and masks are made as always, of an output that was drawn once (some queries
/// with blobs and a class each, the others void, as trained models answer). What is left is everything but inference.
/// </summary>
public sealed class NoNetwork : ISegmentor
{
    private const int Queries = 100;
    private const int Classes = 20;
    private readonly ImagePreprocessor _preprocessor = new([122.7709383f, 116.7460125f, 104.09373615f], [68.5005327f, 66.6321579f, 70.32316305f]);
    private readonly Postprocessor _postprocessor;
    private readonly (int Width, int Height) _input;
    private float[] _masks = [];
    private float[] _classes = [];
    private ImageGeometry _geometry;

    /// <summary>Creates one.</summary>
    /// <param name="inputWidth">Width of the network's input.</param>
    /// <param name="inputHeight">Height of the network's input.</param>
    /// <param name="mode">Which masks are made.</param>
    public NoNetwork(int inputWidth, int inputHeight, SegmentationMode mode)
    {
        _input = (inputWidth, inputHeight);
        _postprocessor = new Postprocessor(new PostprocessOptions { Mode = mode });
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, Classes).Select(i => new VocabularyClass([$"class {i}"], i % 2 == 0))]);
        Classifier = new TextClassifier(
            vocabulary, 1, new float[Classes], [.. Enumerable.Range(0, Classes)], 1, TextClassifier.ReferenceGroups([.. Enumerable.Repeat(1, Classes)], 1));
    }

    /// <inheritdoc/>
    public TextClassifier Classifier { get; set; }

    /// <inheritdoc/>
    public SegmentorSlot CreateSlot() => new Slot(3 * _input.Width * _input.Height);

    /// <inheritdoc/>
    public void Preprocess(Frame frame, SegmentorSlot slot)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var own = (Slot)slot;
        own.Geometry = ImageGeometry.FitInside(frame.Width, frame.Height, _input.Width, _input.Height);
        _preprocessor.Run(frame, own.Geometry, own.Image);
    }

    /// <inheritdoc/>
    public void Infer(SegmentorSlot slot)
    {
        var geometry = ((Slot)slot).Geometry;
        if (geometry != _geometry)
        {
            Draw(geometry);
        }
    }

    /// <inheritdoc/>
    public void Postprocess(SegmentorSlot slot, SegmentationResult result) =>
        _postprocessor.Run(new NetworkOutput(_masks, _classes, Queries, ((Slot)slot).Geometry, Classifier), result);

    /// <inheritdoc/>
    public void Dispose()
    {
        _preprocessor.Dispose();
        _postprocessor.Dispose();
    }

    private void Draw(ImageGeometry geometry)
    {
        var (width, height) = (geometry.MaskWidth, geometry.MaskHeight);
        _masks = new float[Queries * width * height];
        _classes = new float[Queries * (Classes + 1)];
        for (var q = 0; q < Queries; q++)
        {
            var speaks = q % 6 == 0;
            for (var c = 0; c <= Classes; c++)
            {
                _classes[(q * (Classes + 1)) + c] = MathF.Log((speaks ? (c == q % Classes ? 0.9f : 0.1f / Classes) : c == Classes ? 1 : 0) + 1e-8f);
            }

            var (centerX, centerY, radius) = (width * (q * 37 % 100) / 100f, height * (q * 61 % 100) / 100f, height * (0.15f + (q % 5 * 0.08f)));
            for (var i = 0; i < width * height; i++)
            {
                var (dx, dy) = ((i % width) - centerX, (i / width) - centerY);
                _masks[(q * width * height) + i] = Math.Clamp(radius - MathF.Sqrt((dx * dx) + (dy * dy)), -8, 8);
            }
        }

        _geometry = geometry;
    }

    private sealed class Slot(int length) : SegmentorSlot
    {
        public float[] Image { get; } = new float[length];

        public ImageGeometry Geometry { get; set; }

        protected override void Dispose(bool disposing)
        {
            // Managed memory only.
        }
    }
}
