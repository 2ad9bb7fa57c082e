using System.Globalization;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>What following masks through time gains, on synthetic clips whose labels are exact.</summary>
public static class MotionBenchmark
{
    /// <summary>The classes of the scenes: every colour of things and every kind of stuff, so that every pixel has one.</summary>
    public static Vocabulary Words { get; } = VocabularyParser.Parse(
        "red thing; orange thing; yellow thing; green thing; cyan thing; blue thing; purple thing; pink thing; brown thing; white thing; gray thing; "
        + "black thing; sky+stuff; grass+stuff; water+stuff; sand+stuff; snow+stuff; road+stuff; brick wall+stuff; wooden floor+stuff; hedge+stuff; "
        + "paving stones+stuff; carpet+stuff; mountain+stuff");

    /// <summary>Runs the comparison and lays it out as two tables: classes, and the identities of things.</summary>
    /// <param name="setup">Clips and lags.</param>
    /// <param name="status">Told what is done.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    public static string Run(MotionSetup setup, Action<string> status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(status);
        using var opened = setup.Model is { } model ? SegmentationModel.Open(model, cancellationToken: cancellationToken) : null;
        var (vocabulary, lags) = (Words, setup.Lags);
        status($"drawing {setup.Clips} clips of {setup.Frames} frames");
        var scenes = Enumerable.Range(setup.First, setup.Clips)
            .Select(seed => new MotionScene(seed, setup.Frames, vocabulary, setup.Width, setup.Height)).ToArray();
        try
        {
            List<string[]> rows = [], identities = [];
            Compare(rows, "exact masks", scenes, vocabulary, Exact, lags, status, cancellationToken);
            Follow(identities, "exact masks", scenes, vocabulary, ExactSegments, lags, status, cancellationToken);
            if (opened is not null)
            {
                status("running the network on every frame");
                using var masks = new ModelMasks(opened, vocabulary, scenes, SegmentationMode.Semantic, cancellationToken);
                Compare(rows, opened.Manifest.Name, scenes, vocabulary, masks.Fill, lags, status, cancellationToken);
                status("running the network on every frame, for segments");
                using var segments = new ModelMasks(opened, vocabulary, scenes, SegmentationMode.Panoptic, cancellationToken);
                Follow(identities, opened.Manifest.Name, scenes, vocabulary, segments.Fill, lags, status, cancellationToken);
            }

            return BenchText.Aligned(["masks, lag in frames", "shown", "mIoU %", "edges right %", "flicker %", "ms/frame"], rows) + Environment.NewLine
                + BenchText.Aligned(["segments, lag in frames", "shown", "IDF1 %", "switches", "kept %", "AQ %", "STQ %"], identities);
        }
        finally
        {
            Array.ForEach(scenes, scene => scene.Dispose());
        }
    }

    /// <summary>The true masks of a frame.</summary>
    public static void Exact(MotionScene scene, int frame, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentNullException.ThrowIfNull(result);
        scene.Classes[frame].CopyTo(result.Labels);
    }

    /// <summary>The true segments of a frame: each thing, and each class of stuff. Their numbers in the frame say nothing of those in the next.</summary>
    public static void ExactSegments(MotionScene scene, int frame, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentNullException.ThrowIfNull(result);
        var (classes, things) = (scene.Classes[frame], scene.Things[frame]);
        Dictionary<(ushort Class, ushort Thing), ushort> numbers = [];
        for (var i = 0; i < classes.Length; i++)
        {
            result.Labels[i] = SegmentationResult.Void;
            if (classes[i] == SegmentationResult.Void)
            {
                continue;
            }

            if (!numbers.TryGetValue((classes[i], things[i]), out var number))
            {
                number = numbers[(classes[i], things[i])] = (ushort)result.Segments.Count;
                result.Segments.Add(new Segment(number + 1, classes[i], things[i] != SegmentationResult.Void, 1, 0, default));
            }

            result.Labels[i] = number;
        }

        Measure(result);
    }

    /// <summary>Fills in areas and boxes of segments.</summary>
    internal static void Measure(SegmentationResult result)
    {
        var extents = new (int Area, PixelBox Box)[result.Segments.Count];
        for (var i = 0; i < result.Labels.Length; i++)
        {
            if (result.Labels[i] >= extents.Length)
            {
                continue;
            }

            var (x, y) = (i % result.Width, i / result.Width);
            ref var extent = ref extents[result.Labels[i]];
            var box = extent.Area == 0 ? new PixelBox(x, y, x + 1, y + 1) : extent.Box;
            extent = (extent.Area + 1, new PixelBox(Math.Min(box.Left, x), Math.Min(box.Top, y), Math.Max(box.Right, x + 1), Math.Max(box.Bottom, y + 1)));
        }

        for (var s = 0; s < extents.Length; s++)
        {
            result.Segments[s] = result.Segments[s] with { Area = extents[s].Area, Box = extents[s].Box };
        }
    }

    private static void Follow(
        List<string[]> rows, string name, MotionScene[] scenes, Vocabulary vocabulary, Action<MotionScene, int, SegmentationResult> masks,
        IReadOnlyList<int> lags, Action<string> status, CancellationToken cancellationToken)
    {
        foreach (var lag in lags)
        {
            // Numbers are given along the motion in both; what differs is where the masks are shown.
            foreach (var (title, options) in Ways(lag).Select(way => (way.Title, way.Options ?? new MotionOptions { Carry = false })))
            {
                cancellationToken.ThrowIfCancellationRequested();
                status($"{name}, segments, lag {lag}: {title}");
                var identities = new IdentityScore();
                var score = new MotionTrial(scenes, vocabulary, masks, lag, SegmentationMode.Panoptic).Run(options, identities);
                rows.Add([$"{name}, {lag}", title, Percent(identities.IdF1), identities.Switches.ToString(CultureInfo.InvariantCulture), Percent(identities.Kept), Percent(identities.Association), Percent(identities.Stq(score.MeanIou))]);
            }
        }
    }

    private static void Compare(
        List<string[]> rows, string name, MotionScene[] scenes, Vocabulary vocabulary, Action<MotionScene, int, SegmentationResult> masks,
        IReadOnlyList<int> lags, Action<string> status, CancellationToken cancellationToken)
    {
        foreach (var lag in lags)
        {
            foreach (var (title, options) in Ways(lag))
            {
                cancellationToken.ThrowIfCancellationRequested();
                status($"{name}, lag {lag}: {title}");
                var trial = new MotionTrial(scenes, vocabulary, masks, lag);
                var score = trial.Run(options);
                rows.Add([$"{name}, {lag}", title, Percent(score.MeanIou), Percent(score.EdgeAccuracy), Percent(score.Flicker), trial.MeanMs.ToString("F2", CultureInfo.InvariantCulture)]);
            }
        }
    }

    private static IEnumerable<(string Title, MotionOptions? Options)> Ways(int lag)
    {
        yield return ("held", null);
        if (lag > 0)
        {
            yield return ("carried", new MotionOptions());
        }

        yield return ("smoothed", new MotionOptions { Carry = lag > 0, Smooth = true });
    }

    private static string Percent(double share) => (share * 100).ToString("F2", CultureInfo.InvariantCulture);
}
