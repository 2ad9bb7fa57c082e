using System.Diagnostics;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// Shows synthetic clips the way a live run with a slow network does: the network takes a new frame every <c>lag</c> frames and its masks are
/// there <c>lag</c> frames later. Time is counted in frames, so the result depends on nothing but the code.
/// </summary>
/// <param name="scenes">The clips.</param>
/// <param name="vocabulary">Their classes.</param>
/// <param name="masks">Makes the masks of frame n of a clip, as the network would.</param>
/// <param name="lag">Frames that the network takes; 0 for masks of the very frame.</param>
/// <param name="mode">What the labels of the masks mean.</param>
public sealed class MotionTrial(
    IReadOnlyList<MotionScene> scenes, Vocabulary vocabulary, Action<MotionScene, int, SegmentationResult> masks, int lag,
    SegmentationMode mode = SegmentationMode.Semantic)
{
    private ushort[] _classes = [];

    /// <summary>Milliseconds that following masks took a frame, on average, in the last run.</summary>
    public double MeanMs { get; private set; }

    /// <summary>Runs all clips and scores what is shown.</summary>
    /// <param name="options">What is done with the masks; null shows the newest where they were, without numbers for their things.</param>
    /// <param name="identities">Also told what is shown; for panoptic masks.</param>
    public MotionScore Run(MotionOptions? options, IdentityScore? identities = null)
    {
        var score = new MotionScore();
        var pool = new SegmentationResultPool();
        var (ticks, frames) = (0L, 0);
        foreach (var scene in scenes)
        {
            score.Cut();
            identities?.Cut();
            var tracker = options is null ? null : new MaskTracker(options);
            using var newest = pool.Rent();
            using var shown = pool.Rent();
            for (var n = 0; n < scene.Frames.Count; n++)
            {
                var start = Stopwatch.GetTimestamp();
                tracker?.Observe(scene.Frames[n]);
                ticks += Stopwatch.GetTimestamp() - start;
                if (n >= lag && (lag == 0 || n % lag == 0))
                {
                    Make(scene, n - lag, newest);
                    start = Stopwatch.GetTimestamp();
                    tracker?.Update(newest);
                    ticks += Stopwatch.GetTimestamp() - start;
                }

                if (n < lag)
                {
                    continue;
                }

                if (tracker is null)
                {
                    score.Add(ClassesOf(newest), scene.Classes[n], scene.Width);
                    continue;
                }

                start = Stopwatch.GetTimestamp();
                tracker.Project(shown);
                ticks += Stopwatch.GetTimestamp() - start;
                frames++;
                score.Add(ClassesOf(shown), scene.Classes[n], scene.Width);
                identities?.Add(shown, scene.Things[n], scene.Classes[n]);
            }
        }

        MeanMs = frames == 0 ? 0 : Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds / frames;
        return score;
    }

    private ReadOnlySpan<ushort> ClassesOf(SegmentationResult result)
    {
        if (result.Kind == LabelKind.Class)
        {
            return result.Labels;
        }

        Array.Resize(ref _classes, result.Labels.Length);
        for (var i = 0; i < _classes.Length; i++)
        {
            var label = result.Labels[i];
            _classes[i] = label < result.Segments.Count ? (ushort)result.Segments[label].ClassIndex : SegmentationResult.Void;
        }

        return _classes;
    }

    private void Make(MotionScene scene, int n, SegmentationResult result)
    {
        result.Resize(scene.Width, scene.Height);
        result.Segments.Clear();
        result.Mode = mode;
        result.Vocabulary = vocabulary;
        masks(scene, n, result);
        result.FrameIndex = n;
        result.TimestampUs = scene.Frames[n].TimestampUs;
    }
}
