namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// Keeps frames for reuse, so that a running pipeline allocates none. Thread-safe. Frames of several formats may live side by side;
/// at most <see cref="KeepPerFormat"/> idle frames of each of the latest formats are kept.
/// </summary>
public sealed class FramePool
{
    private const int MaxFormats = 4;
    // A lock and plain stacks: a lock-free stack would allocate a node for every frame that comes back.
    private readonly Lock _lock = new();
    private readonly Dictionary<FrameFormat, Stack<Frame>> _idle = [];
    private int _inUse;
    private long _created;

    /// <summary>Creates a pool.</summary>
    /// <param name="keepPerFormat">Idle frames of one format to keep, at least 1.</param>
    public FramePool(int keepPerFormat = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepPerFormat, 1);
        KeepPerFormat = keepPerFormat;
    }

    /// <summary>The pool that samples and tools share when they have none of their own.</summary>
    public static FramePool Shared { get; } = new();

    /// <summary>Idle frames of one format that are kept.</summary>
    public int KeepPerFormat { get; }

    /// <summary>Frames rented and not yet returned; 0 once a pipeline has ended, or something leaked.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Frames allocated since the pool was made; constant in a steady state.</summary>
    public long Created => Interlocked.Read(ref _created);

    /// <summary>Rents a frame; its pixels hold whatever was there before. The caller owns it and disposes it.</summary>
    /// <exception cref="InputException">The size is out of range.</exception>
    public Frame Rent(FrameFormat format)
    {
        format.Validated();
        Frame? frame = null;
        lock (_lock)
        {
            if (_idle.TryGetValue(format, out var stack))
            {
                stack.TryPop(out frame);
            }
        }

        if (frame is null)
        {
            frame = new Frame(this, format);
            Interlocked.Increment(ref _created);
        }

        Interlocked.Increment(ref _inUse);
        frame.MarkRented(format);
        return frame;
    }

    internal void Return(Frame frame)
    {
        Interlocked.Decrement(ref _inUse);
        lock (_lock)
        {
            if (!_idle.TryGetValue(frame.Format, out var stack))
            {
                if (_idle.Count >= MaxFormats)
                {
                    // A source that keeps changing its size must not fill memory with frames of sizes that are gone.
                    _idle.Clear();
                }

                _idle[frame.Format] = stack = new Stack<Frame>(KeepPerFormat);
            }

            if (stack.Count < KeepPerFormat)
            {
                stack.Push(frame);
            }
        }
    }
}
