using System.Runtime.ExceptionServices;

namespace OpenSegR.Realtime;

/// <summary>
/// Runs one piece of work over numbered bands on the calling thread and the thread pool, without allocating. One caller at a time.
/// </summary>
/// <remarks>
/// All that workers agree on is one 64-bit word: generation (32 bits), number of bands (16), next band (16). A worker that wakes up late
/// finds either no band left or the bands of a later run, never a band of a run that is over.
/// </remarks>
public sealed class BandRunner : IThreadPoolWorkItem
{
    // The other threads are nearly done when the caller is.
    private const int SpinsBeforeWaiting = 200;
    private readonly int _workers;
    private readonly object _gate = new();
    private Action<int> _work = static _ => { };
    private long _state;
    private int _pending;
    private Exception? _failure;

    /// <summary>Creates a runner.</summary>
    /// <param name="workers">Threads that work at once, the caller's included; at least 1.</param>
    public BandRunner(int workers) => _workers = Math.Max(1, workers);

    /// <summary>Calls <paramref name="work"/> for 0 to <paramref name="bands"/> - 1 and returns when all are done; what one of them throws is thrown here then.</summary>
    /// <param name="bands">Number of bands, 0 to 65535.</param>
    /// <param name="work">Gets the band. Keep the delegate in a field: a lambda made for each call would be an allocation for each call.</param>
    public void Run(int bands, Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bands, ushort.MaxValue);
        if (bands <= 1 || _workers == 1)
        {
            for (var i = 0; i < bands; i++)
            {
                work(i);
            }

            return;
        }

        _work = work;
        _failure = null;
        _pending = bands;
        var generation = (uint)(Volatile.Read(ref _state) >>> 32) + 1;
        Volatile.Write(ref _state, ((long)generation << 32) | ((long)bands << 16));
        for (var i = 1; i < Math.Min(_workers, bands); i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        ((IThreadPoolWorkItem)this).Execute();
        AwaitBands();
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var next = (int)(state & 0xFFFF);
            if (next >= (int)((state >> 16) & 0xFFFF))
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
            {
                continue;
            }

            try
            {
                _work(next);
            }
#pragma warning disable CA1031 // Whatever a band throws is thrown again on the caller's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, e, null);
            }

            if (Interlocked.Decrement(ref _pending) == 0)
            {
                lock (_gate)
                {
                    Monitor.Pulse(_gate);
                }
            }
        }
    }

    private void AwaitBands()
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref _pending) > 0 && spin.Count < SpinsBeforeWaiting)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        lock (_gate)
        {
            while (Volatile.Read(ref _pending) > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
