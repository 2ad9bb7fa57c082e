using System.Buffers.Binary;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

/// <summary>A source of small frames that carry their number in their pixels; what it does at each read can be scripted.</summary>
internal sealed class FakeSource(long count, bool isLive = false, double framesPerSecond = 1_000_000) : IFrameSource
{
    private long _next;

    public static FrameFormat Small { get; } = new(8, 4);

    /// <summary>Called before frame n is made, also for n = count, where the stream ends.</summary>
    public Action<long, CancellationToken>? BeforeFrame { get; init; }

    /// <summary>Format of frame n.</summary>
    public Func<long, FrameFormat> FormatOf { get; init; } = _ => Small;

    /// <summary>True where read n (counting them all) has nothing yet.</summary>
    public Func<long, bool>? HasNothing { get; init; }

    public int DisposeCount { get; private set; }

    public long ThreadAllocatedBytes { get; private set; }

    private long _reads;

    public FrameSourceInfo Info { get; } = new("fake", Small, framesPerSecond, count, isLive);

    public static long NumberIn(Frame frame) => BinaryPrimitives.ReadInt64LittleEndian(frame.Pixels);

    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        frame = null;
        if (HasNothing?.Invoke(_reads++) == true)
        {
            return FrameRead.NotYet;
        }

        BeforeFrame?.Invoke(_next, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        ThreadAllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        if (_next == count)
        {
            return FrameRead.EndOfStream;
        }

        frame = pool.Rent(FormatOf(_next));
        frame.Index = _next;
        frame.TimestampUs = (long)(_next * 1e6 / framesPerSecond);
        BinaryPrimitives.WriteInt64LittleEndian(frame.Pixels, _next);
        _next++;
        return FrameRead.Frame;
    }

    public void Dispose() => DisposeCount++;
}
