using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>A pipeline in this process whose network fails in the middle of a video.</summary>
internal static class FaultyStage
{
    private const int GoodFrames = 20;

    /// <summary>Runs it.</summary>
    /// <param name="output">The video that it writes.</param>
    /// <returns>What it did, in a few words.</returns>
    /// <exception cref="SegrException">It did something else than it should.</exception>
    public static string Run(string output)
    {
        using var segmentor = new FailingSegmentor(new NoNetwork(160, 96, SegmentationMode.Semantic));
        using var pipeline = new SegmentationPipeline(
            new SyntheticSource(3, 160, 96, 1000), segmentor, new CompositedSink(Compositors.Create(CompositorKind.Cpu), new VideoFileSink(output)));
        try
        {
            pipeline.Run(CancellationToken.None);
        }
        catch (PipelineException e) when (e.Stage == PipelineStage.Inference && e.FrameIndex == GoodFrames)
        {
            var frames = VideoFrames.Count(output);
            return frames is > 0 and <= GoodFrames ? $"said with its stage and frame, {frames} frames play" : throw new SegrException($"{frames} of {GoodFrames} frames play");
        }

        throw new SegrException("the failure was not reported");
    }

    private sealed class FailingSegmentor(NoNetwork inner) : ISegmentor
    {
        private int _inferred;

        public TextClassifier Classifier
        {
            get => inner.Classifier;
            set => inner.Classifier = value;
        }

        public SegmentorSlot CreateSlot() => inner.CreateSlot();

        public void Preprocess(Frame frame, SegmentorSlot slot) => inner.Preprocess(frame, slot);

        public void Infer(SegmentorSlot slot)
        {
            if (_inferred++ == GoodFrames)
            {
                throw new InvalidOperationException("the network failed, as it was told to");
            }

            inner.Infer(slot);
        }

        public void Postprocess(SegmentorSlot slot, SegmentationResult result) => inner.Postprocess(slot, result);

        public void Dispose() => inner.Dispose();
    }
}
