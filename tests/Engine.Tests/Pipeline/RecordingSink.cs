using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Pipeline;

/// <summary>Remembers which frame came with which masks.</summary>
internal sealed class RecordingSink : ISegmentationSink
{
    public Action<long>? OnWrite { get; set; }

    public Action? OnIdle { get; set; }

    public Exception? FailOnOpen { get; init; }

    public Exception? FailOnComplete { get; init; }

    public Exception? FailOnDispose { get; init; }

    public TimeSpan? IdleInterval { get; init; }

    /// <summary>For each frame: its number, the frame that its masks are of (-1 for none), whether they are marked as reused, class names.</summary>
    public List<(long Frame, long Masks, bool IsReused, int Classes)> Written { get; } = new(4096);

    public bool IsOpen { get; private set; }

    public bool IsComplete { get; private set; }

    public int DisposeCount { get; private set; }

    public int? ThreadId { get; private set; }

    public IEnumerable<long> Frames => Written.Select(w => w.Frame);

    public void Open(FrameSourceInfo source)
    {
        if (FailOnOpen is not null)
        {
            throw FailOnOpen;
        }

        IsOpen = true;
    }

    public void Write(Frame frame, SegmentationResult result)
    {
        OnWrite?.Invoke(frame.Index);
        ThreadId = Environment.CurrentManagedThreadId;
        var number = FakeSource.NumberIn(frame);
        // No Assert: it allocates, and allocations are what some tests count.
        if (!IsOpen || IsComplete || number != frame.Index
            || (result.FrameIndex >= 0 && result.FrameIndex % result.Vocabulary.Count != result.Labels[0]))
        {
            throw new InvalidOperationException("a frame out of turn, or masks that are not those of their frame");
        }

        Written.Add((number, result.FrameIndex, result.IsReused, result.Vocabulary.Count));
    }

    public void Idle() => OnIdle?.Invoke();

    public void Complete()
    {
        if (FailOnComplete is not null)
        {
            throw FailOnComplete;
        }

        IsComplete = true;
    }

    public void Dispose()
    {
        DisposeCount++;
        if (FailOnDispose is not null)
        {
            throw FailOnDispose;
        }
    }
}
