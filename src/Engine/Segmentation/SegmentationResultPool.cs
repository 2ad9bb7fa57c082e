namespace OpenSegR.Realtime.Segmentation;

/// <summary>Keeps results for reuse, so that a running pipeline allocates none. Thread-safe.</summary>
public sealed class SegmentationResultPool
{
    // A lock and a plain stack: a lock-free stack would allocate a node for every result that comes back.
    private readonly Lock _lock = new();
    private readonly Stack<SegmentationResult> _idle = [];
    private readonly int _keep;
    private int _inUse;

    /// <summary>Creates a pool that keeps up to <paramref name="keep"/> idle results, at least 1.</summary>
    public SegmentationResultPool(int keep = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        _keep = keep;
    }

    /// <summary>Results rented and not yet returned.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Rents an empty result; the caller owns it and disposes it.</summary>
    public SegmentationResult Rent()
    {
        SegmentationResult? result;
        lock (_lock)
        {
            _idle.TryPop(out result);
        }

        result ??= new SegmentationResult(this);
        Interlocked.Increment(ref _inUse);
        result.MarkRented();
        return result;
    }

    internal void Return(SegmentationResult result)
    {
        Interlocked.Decrement(ref _inUse);
        lock (_lock)
        {
            if (_idle.Count < _keep)
            {
                _idle.Push(result);
            }
        }
    }
}
