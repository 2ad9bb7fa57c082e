using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Motion;

/// <summary>Textured pictures whose motion is known to a fraction of a pixel.</summary>
internal sealed class Pictures
{
    private readonly FramePool _pool = new(64);

    public static Vocabulary Words { get; } = new([new VocabularyClass(["ground"], false), new VocabularyClass(["ball"], true), new VocabularyClass(["cube"], true)]);

    /// <summary>A smooth texture that does not repeat within a picture.</summary>
    public static float Texture(float x, float y, int kind) =>
        110 + (36 * MathF.Sin((0.061f * x) + (0.13f * y) + kind)) + (28 * MathF.Sin((0.17f * x) - (0.07f * y) + (2.1f * kind)))
            + (22 * MathF.Sin((0.09f * y) + (0.031f * x * (1 + kind))) * MathF.Cos((0.11f * x) + kind));

    public Frame Draw(int width, int height, long index, Func<int, int, float> value)
    {
        var frame = _pool.Rent(new FrameFormat(width, height));
        frame.Index = index;
        for (var y = 0; y < height; y++)
        {
            var row = frame.Row(y);
            for (var x = 0; x < width; x++)
            {
                row.Slice(3 * x, 3).Fill((byte)Math.Clamp(value(x, y), 0, 255));
            }
        }

        return frame;
    }

    /// <summary>Squares on a ground: each at (x, y) with its own texture.</summary>
    public Frame Squares(int width, int height, long index, int side, params (float X, float Y, int Kind)[] squares) => Draw(width, height, index, (x, y) =>
    {
        foreach (var (left, top, kind) in squares)
        {
            if (x >= left && x < left + side && y >= top && y < top + side)
            {
                return 60 + Texture(2 * (x - left), 2 * (y - top), kind);
            }
        }

        return Texture(x, y, 0);
    });

    /// <summary>The true masks of such a picture at a quarter of its size: segment i is square i, the ground is the last.</summary>
    public static void FillMasks(SegmentationResult result, int width, int height, long index, int side, params (float X, float Y, int Class)[] squares)
    {
        result.Resize(width / 4, height / 4);
        result.Mode = SegmentationMode.Panoptic;
        result.Vocabulary = Words;
        result.FrameIndex = index;
        result.Segments.Clear();
        for (var s = 0; s < squares.Length; s++)
        {
            var (left, top, kind) = squares[s];
            var box = new PixelBox((int)(left / 4), (int)(top / 4), (int)((left + side) / 4), (int)((top + side) / 4));
            result.Segments.Add(new Segment(s + 1, kind, true, 0.9f, side * side / 16, box));
        }

        result.Segments.Add(new Segment(squares.Length + 1, 0, false, 0.9f, 1, default));
        for (var y = 0; y < result.Height; y++)
        {
            for (var x = 0; x < result.Width; x++)
            {
                var at = Array.FindIndex(squares, q => (4 * x) + 2 >= q.X && (4 * x) + 2 < q.X + side && (4 * y) + 2 >= q.Y && (4 * y) + 2 < q.Y + side);
                result.Labels[(y * result.Width) + x] = (ushort)(at < 0 ? squares.Length : at);
            }
        }
    }
}
