using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Exact labels of one synthetic picture. Filled anew for every frame; nothing is allocated once it has its size.</summary>
public sealed class SyntheticFrame
{
    /// <summary>Segment ids of things start here; smaller ids are <see cref="StuffKind"/> values.</summary>
    public const int FirstThingId = 32;

    /// <summary>Width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Segment id of each pixel, row by row.</summary>
    public byte[] Labels { get; private set; } = [];

    /// <summary>The visible segments, stuff first, each kind of stuff once.</summary>
    public List<SyntheticSegment> Segments { get; } = [];

    /// <summary>
    /// Translates the labels into the classes of a vocabulary: each segment becomes the most specific class whose words are true of it, or
    /// <see cref="SegmentationResult.Void"/> where none is. Words that the lexicon does not know are ignored, as the invented name in
    /// "zorb that has red stripes".
    /// </summary>
    /// <param name="vocabulary">The classes.</param>
    /// <param name="target">Width * Height values.</param>
    public void ToSemantic(Vocabulary vocabulary, Span<ushort> target)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, Width * Height);
        Span<ushort> map = stackalloc ushort[256];
        map.Fill(SegmentationResult.Void);
        foreach (var segment in Segments)
        {
            map[segment.Id] = SyntheticLexicon.Default.BestClass(vocabulary, segment);
        }

        for (var i = 0; i < target.Length; i++)
        {
            target[i] = map[Labels[i]];
        }
    }

    internal void Fill(
        SceneCanvas canvas, IReadOnlyList<SceneThing> things, SegmentMotion? surroundings, ReadOnlySpan<SegmentMotion?> motions)
    {
        (Width, Height) = (canvas.Width, canvas.Height);
        if (Labels.Length != canvas.Labels.Length)
        {
            Labels = new byte[canvas.Labels.Length];
        }

        canvas.Labels.CopyTo(Labels, 0);
        Span<int> area = stackalloc int[256];
        Span<int> left = stackalloc int[256], top = stackalloc int[256], right = stackalloc int[256], bottom = stackalloc int[256];
        area.Clear();
        left.Fill(int.MaxValue);
        top.Fill(int.MaxValue);
        right.Clear();
        bottom.Clear();
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var id = Labels[(y * Width) + x];
                area[id]++;
                left[id] = Math.Min(left[id], x);
                right[id] = Math.Max(right[id], x);
                top[id] = Math.Min(top[id], y);
                bottom[id] = y;
            }
        }

        Segments.Clear();
        for (var id = 0; id < FirstThingId + things.Count; id++)
        {
            if (area[id] > 0)
            {
                var box = new PixelBox(left[id], top[id], right[id] + 1, bottom[id] + 1);
                var thing = id >= FirstThingId ? things[id - FirstThingId].Attributes : (ThingAttributes?)null;
                Segments.Add(new SyntheticSegment((byte)id, thing, id < FirstThingId ? (StuffKind)id : null, area[id], box)
                {
                    Motion = id >= FirstThingId ? motions[id - FirstThingId] : surroundings,
                });
            }
        }
    }
}
