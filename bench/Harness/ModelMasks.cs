using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>A model's masks of every frame of some clips, computed once.</summary>
internal sealed class ModelMasks : IDisposable
{
    private readonly SegmentationResultPool _pool = new();
    private readonly Dictionary<MotionScene, List<SegmentationResult>> _masks = [];

    public ModelMasks(SegmentationModel model, Vocabulary vocabulary, IReadOnlyList<MotionScene> scenes, SegmentationMode mode, CancellationToken cancellationToken)
    {
        using var segmentor = model.CreateSegmentor(model.Embed(vocabulary, model.DefaultTextOptions, SegmentationModel.DefaultCache(), cancellationToken: cancellationToken));
        segmentor.Mode = mode;
        foreach (var scene in scenes)
        {
            var list = _masks[scene] = [];
            foreach (var frame in scene.Frames)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var result = _pool.Rent();
                list.Add(result);
                segmentor.Segment(frame, result);
            }
        }
    }

    /// <summary>Fills a result at the scene's size, which may differ from the network's.</summary>
    public void Fill(MotionScene scene, int frame, SegmentationResult result)
    {
        var masks = _masks[scene][frame];
        for (var y = 0; y < scene.Height; y++)
        {
            var row = masks.Labels[(y * masks.Height / scene.Height * masks.Width)..];
            for (var x = 0; x < scene.Width; x++)
            {
                result.Labels[(y * scene.Width) + x] = row[x * masks.Width / scene.Width];
            }
        }

        result.Segments.AddRange(masks.Segments);
        if (result.Kind == LabelKind.Segment)
        {
            MotionBenchmark.Measure(result);
        }
    }

    public void Dispose()
    {
        foreach (var result in _masks.Values.SelectMany(list => list))
        {
            result.Dispose();
        }
    }
}
