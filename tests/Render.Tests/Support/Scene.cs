using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests;

/// <summary>A frame and its masks, made from formulas: two discs and a horizon, with noise from a fixed seed.</summary>
internal sealed class Scene : IDisposable
{
    private readonly FramePool _frames = new();

    public Scene(int width, int height, int stride, int classes = 5, bool withVoid = false, SegmentationMode mode = SegmentationMode.Semantic,
        PixelFormat order = PixelFormat.Bgr24, int noise = 12)
    {
        Frame = _frames.Rent(new FrameFormat(width, height, order));
        Target = _frames.Rent(Frame.Format);
        Target.Pixels.Fill(0xCD);
        Frame.Index = 7;
        Frame.TimestampUs = 1234;
        var random = new Random(width + (31 * height) + stride);
        for (var y = 0; y < height; y++)
        {
            var row = Frame.Row(y);
            for (var x = 0; x < width; x++)
            {
                var label = LabelAt((x + 0.5) / width, (y + 0.5) / height, classes);
                for (var c = 0; c < 3; c++)
                {
                    row[(3 * x) + c] = (byte)Math.Clamp((((label * 97) + (c * 59)) % 190) + 30 + random.Next(-noise, noise + 1), 0, 255);
                }
            }
        }

        Masks = new SegmentationResultPool().Rent();
        Masks.Mode = mode;
        Masks.Vocabulary = new Vocabulary([.. Enumerable.Range(0, classes).Select(i => new VocabularyClass([$"class {i}"], true))]);
        var (w, h) = ((width + stride - 1) / stride, (height + stride - 1) / stride);
        Masks.Resize(w, h);
        for (var j = 0; j < h; j++)
        {
            for (var i = 0; i < w; i++)
            {
                var label = LabelAt((i + 0.5) / w, (j + 0.5) / h, classes);
                Masks.Labels[(j * w) + i] = withVoid && label == 1 ? SegmentationResult.Void : (ushort)label;
            }
        }

        for (var id = 0; id < classes; id++)
        {
            var value = (ushort)id;
            var area = 0;
            foreach (var label in Masks.Labels)
            {
                area += label == value ? 1 : 0;
            }

            Masks.Segments.Add(new Segment(id + 1, mode == SegmentationMode.Semantic ? id : id % 3, true, 0.9f, area, default));
        }
    }

    public Frame Frame { get; }

    public Frame Target { get; }

    public SegmentationResult Masks { get; }

    public static int LabelAt(double u, double v, int classes)
    {
        if (classes > 20)
        {
            // Many segments: a grid of slanted cells.
            var columns = (int)Math.Ceiling(Math.Sqrt(classes));
            return (((int)((u + (0.1 * v)) * columns) % columns * columns) + ((int)((v + (0.07 * u)) * columns) % columns)) % classes;
        }

        var label = v > 0.62 + (0.08 * Math.Sin(6 * u)) ? 1 : 0;
        label = Math.Pow((u - 0.35) * 1.7, 2) + Math.Pow(v - 0.5, 2) < 0.07 ? 2 : label;
        label = Math.Pow((u - 0.72) * 1.7, 2) + Math.Pow(v - 0.45, 2) < 0.05 ? 3 : label;
        label = Math.Abs(u - v) < 0.01 ? 4 : label;
        return Math.Min(label, classes - 1);
    }

    public void Dispose()
    {
        Frame.Dispose();
        Target.Dispose();
        Masks.Dispose();
    }
}
