using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Pipeline;

/// <summary>
/// A segmentor whose masks say which frame they were made from: every label is the frame's number modulo the number of classes, and the
/// area of its one segment is the whole map. Checks the rules of <see cref="ISegmentor"/> on the way.
/// </summary>
internal sealed class FakeSegmentor : ISegmentor
{
    private readonly int[] _inside = new int[3];
    private TextClassifier _classifier = ClassifierOf("a", "b", "c");

    public Action<long>? OnPreprocess { get; set; }

    public Action<long>? OnInfer { get; set; }

    public Action<long>? OnPostprocess { get; set; }

    /// <summary>Threads that may be in the network at once.</summary>
    public int FramesAtOnce { get; init; } = 1;

    public List<FakeSlot> Slots { get; } = [];

    /// <summary>Bytes allocated so far by the threads of the three steps.</summary>
    public long[] ThreadAllocatedBytes { get; } = new long[3];

    public TextClassifier Classifier
    {
        get => Volatile.Read(ref _classifier);
        set => Volatile.Write(ref _classifier, value);
    }

    public static TextClassifier ClassifierOf(params string[] names) => new(
        new Vocabulary([.. names.Select(n => new VocabularyClass([n], IsThing: false))]),
        dimension: 1,
        embeddings: new float[names.Length],
        classIndex: [.. Enumerable.Range(0, names.Length)],
        reasonCount: 1,
        groups: [.. Enumerable.Range(0, names.Length).Select(i => new[] { i })]);

    public SegmentorSlot CreateSlot()
    {
        var slot = new FakeSlot();
        Slots.Add(slot);
        return slot;
    }

    public void Preprocess(Frame frame, SegmentorSlot slot)
    {
        var mine = Enter(0, slot);
        OnPreprocess?.Invoke(frame.Index);
        mine.Number = FakeSource.NumberIn(frame);
        mine.Classifier = Classifier;
        Leave(0, mine);
    }

    public void Infer(SegmentorSlot slot)
    {
        var mine = Enter(1, slot);
        OnInfer?.Invoke(mine.Number);
        Leave(1, mine);
    }

    public void Postprocess(SegmentorSlot slot, SegmentationResult result)
    {
        var mine = Enter(2, slot);
        OnPostprocess?.Invoke(mine.Number);
        result.Resize(4, 2);
        var label = (int)(mine.Number % mine.Classifier!.Vocabulary.Count);
        result.Labels.Fill((ushort)label);
        result.Vocabulary = mine.Classifier.Vocabulary;
        result.Segments.Add(new Segment(1, label, false, 1, 8, new PixelBox(0, 0, 4, 2)));
        Leave(2, mine);
    }

    public void Dispose()
    {
    }

    private FakeSlot Enter(int step, SegmentorSlot slot)
    {
        // No Assert: it allocates, and allocations are what some tests count.
        var mine = (FakeSlot)slot;
        if (Interlocked.Increment(ref _inside[step]) > (step == 1 ? FramesAtOnce : 1) || Interlocked.Increment(ref mine.Users) != 1 || mine.IsDisposed)
        {
            throw new InvalidOperationException("too many threads in one step or slot, or a slot in use after its end");
        }

        return mine;
    }

    private void Leave(int step, FakeSlot slot)
    {
        Interlocked.Decrement(ref slot.Users);
        Interlocked.Decrement(ref _inside[step]);
        ThreadAllocatedBytes[step] = GC.GetAllocatedBytesForCurrentThread();
    }

    internal sealed class FakeSlot : SegmentorSlot
    {
        public int Users;

        public long Number { get; set; }

        public TextClassifier? Classifier { get; set; }

        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing) => IsDisposed = true;
    }
}
