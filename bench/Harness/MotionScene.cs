using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>A synthetic clip in memory, with its exact labels at the size of label maps.</summary>
public sealed class MotionScene : IDisposable
{
    private readonly FramePool _pool = new();

    /// <summary>Draws a clip.</summary>
    /// <param name="seed">Chooses the scene.</param>
    /// <param name="frames">Its length.</param>
    /// <param name="vocabulary">The classes of the semantic labels.</param>
    /// <param name="width">Width of the frames; label maps have a quarter of it.</param>
    /// <param name="height">Height of the frames.</param>
    public MotionScene(long seed, int frames, Vocabulary vocabulary, int width = 640, int height = 360)
    {
        (Width, Height) = (width / 4, height / 4);
        using var source = new SyntheticSource(seed, width, height, frames);
        var full = new ushort[width * height];
        while (source.Read(_pool, out var frame, CancellationToken.None) == FrameRead.Frame)
        {
            Frames.Add(frame!);
            source.Truth.ToSemantic(vocabulary, full);
            Classes.Add(Sample(full, width));
            Things.Add(Sample(Array.ConvertAll(source.Truth.Labels, id => id < SyntheticFrame.FirstThingId ? SegmentationResult.Void : (ushort)(id - SyntheticFrame.FirstThingId)), width));
        }
    }

    /// <summary>Width of the label maps.</summary>
    public int Width { get; }

    /// <summary>Height of the label maps.</summary>
    public int Height { get; }

    /// <summary>The frames; they stay the scene's.</summary>
    public List<Frame> Frames { get; } = [];

    /// <summary>The class of each pixel of each frame, or void.</summary>
    public List<ushort[]> Classes { get; } = [];

    /// <summary>The thing at each pixel of each frame, numbered the same through the clip, or void.</summary>
    public List<ushort[]> Things { get; } = [];

    /// <inheritdoc/>
    public void Dispose() => Frames.ForEach(frame => frame.Dispose());

    private ushort[] Sample(ushort[] full, int stride)
    {
        var map = new ushort[Width * Height];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                map[(y * Width) + x] = full[(((4 * y) + 2) * stride) + (4 * x) + 2];
            }
        }

        return map;
    }
}
