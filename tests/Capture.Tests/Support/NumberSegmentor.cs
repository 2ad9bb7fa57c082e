using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>A segmentor that reads the number in a picture; its masks are that number.</summary>
internal sealed class NumberSegmentor : ISegmentor
{
    public Action<int>? OnInfer { get; init; }

    public TextClassifier Classifier { get; set; } = new(MaskScene.Words, 1, new float[4], [0, 1, 2, 3], 1, [[0], [1], [2], [3]]);

    public SegmentorSlot CreateSlot() => new Slot();

    public void Preprocess(Frame frame, SegmentorSlot slot) => ((Slot)slot).Number = FrameCode.Read(frame);

    public void Infer(SegmentorSlot slot) => OnInfer?.Invoke(((Slot)slot).Number);

    public void Postprocess(SegmentorSlot slot, SegmentationResult result)
    {
        result.Resize(1, 1);
        result.Labels[0] = (ushort)((Slot)slot).Number;
        result.Vocabulary = MaskScene.Words;
    }

    public void Dispose()
    {
    }

    private sealed class Slot : SegmentorSlot
    {
        public int Number { get; set; }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
