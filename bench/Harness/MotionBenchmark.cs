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

    /// <summary>Runs the comparison and lays it out as a table.</summary>
    /// <param name="seeds">Scenes, numbered from 1001 on, which no training used.</param>
    /// <param name="frames">Frames of each.</param>
    /// <param name="lags">Frames that the network takes.</param>
    /// <param name="model">A model whose real masks are shown beside perfect ones; null for perfect ones only.</param>
    /// <param name="status">Told what is done.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    public static string Run(int seeds, int frames, IReadOnlyList<int> lags, string? model, Action<string> status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lags);
        ArgumentNullException.ThrowIfNull(status);
        using var opened = model is null ? null : SegmentationModel.Open(model, cancellationToken: cancellationToken);
        var vocabulary = Words;
        status($"drawing {seeds} clips of {frames} frames");
        var scenes = Enumerable.Range(1001, seeds).Select(seed => new MotionScene(seed, frames, vocabulary)).ToArray();
        try
        {
            List<string[]> rows = [];
            Compare(rows, "exact masks", scenes, vocabulary, Exact, lags, status, cancellationToken);
            if (opened is not null)
            {
                status("running the network on every frame");
                using var masks = new ModelMasks(opened, vocabulary, scenes, cancellationToken);
                Compare(rows, opened.Manifest.Name, scenes, vocabulary, masks.Fill, lags, status, cancellationToken);
            }

            return BenchText.Aligned(["masks, lag in frames", "shown", "mIoU %", "edges right %", "flicker %", "ms/frame"], rows);
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
