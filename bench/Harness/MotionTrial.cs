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
public sealed class MotionTrial(IReadOnlyList<MotionScene> scenes, Vocabulary vocabulary, Action<MotionScene, int, SegmentationResult> masks, int lag)
{
    /// <summary>Milliseconds that following masks took a frame, on average, in the last run.</summary>
    public double MeanMs { get; private set; }

    /// <summary>Runs all clips and scores what is shown; null options show the newest masks where they were.</summary>
    public MotionScore Run(MotionOptions? options)
    {
        var score = new MotionScore();
        var pool = new SegmentationResultPool();
        var (ticks, frames) = (0L, 0);
        foreach (var scene in scenes)
        {
            score.Cut();
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
                    score.Add(newest.Labels, scene.Classes[n], scene.Width);
                    continue;
                }

                start = Stopwatch.GetTimestamp();
                tracker.Project(shown);
                ticks += Stopwatch.GetTimestamp() - start;
                frames++;
                score.Add(shown.Labels, scene.Classes[n], scene.Width);
            }
        }

        MeanMs = frames == 0 ? 0 : Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds / frames;
        return score;
    }

    private void Make(MotionScene scene, int n, SegmentationResult result)
    {
        result.Resize(scene.Width, scene.Height);
        result.Segments.Clear();
        result.Mode = SegmentationMode.Semantic;
        result.Vocabulary = vocabulary;
        masks(scene, n, result);
        result.FrameIndex = n;
        result.TimestampUs = scene.Frames[n].TimestampUs;
    }
}
