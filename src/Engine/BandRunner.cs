using System.Runtime.ExceptionServices;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>
/// Runs one piece of work over numbered bands on the calling thread and the thread pool, without allocating. One caller at a time.
/// </summary>
/// <remarks>
/// All that workers agree on is one 64-bit word: generation (32 bits), number of bands (16), next band (16). A worker that wakes up late
/// finds either no band left or the bands of a later run, never a band of a run that is over.
/// </remarks>
internal sealed class BandRunner : IThreadPoolWorkItem, IDisposable
{
    private readonly int _workers;
    private readonly ManualResetEventSlim _done = new(initialState: true, spinCount: 200);
    private Action<int> _work = static _ => { };
    private long _state;
    private int _pending;
    private Exception? _failure;

    /// <summary>Creates a runner.</summary>
    /// <param name="workers">Threads that work at once, the caller's included; at least 1.</param>
    public BandRunner(int workers) => _workers = Math.Max(1, workers);

    /// <summary>Calls <paramref name="work"/> for 0 to <paramref name="bands"/> - 1 (at most 65535) and returns when all are done.</summary>
    public void Run(int bands, Action<int> work)
    {
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
        _done.Reset();
        var generation = (uint)(Volatile.Read(ref _state) >>> 32) + 1;
        Volatile.Write(ref _state, ((long)generation << 32) | ((long)bands << 16));
        for (var i = 1; i < Math.Min(_workers, bands); i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        ((IThreadPoolWorkItem)this).Execute();
        _done.Wait();
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _done.Dispose();

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
                _done.Set();
            }
        }
    }
}
