namespace OpenSegR.Realtime;

/// <summary>
/// A few threads that share loops of independent pieces of work, over and over, without allocating: what <c>Parallel.For</c> does, for a
/// path that runs for every frame. The calling thread takes part. One caller at a time.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly CountdownEvent _finished = new(1);
    private Action<int, int>? _body;
    private int _count;
    private int _next;
    private Exception? _failure;
    private volatile bool _stop;

    /// <summary>Creates a team of <paramref name="size"/> threads, the caller included; at least 1.</summary>
    public WorkerTeam(int size, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        _threads = new Thread[size - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"{name} {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads that share the work, the caller included.</summary>
    public int Size => _threads.Length + 1;

    /// <summary>Runs <paramref name="body"/> for the pieces 0 to <paramref name="count"/> - 1 and returns when all are done.</summary>
    /// <param name="count">Number of pieces.</param>
    /// <param name="body">Gets the piece and the worker, 0 to <see cref="Size"/> - 1, for scratch memory of its own. Keep the delegate in a field: a lambda made for each call would be an allocation for each call.</param>
    public void Run(int count, Action<int, int> body)
    {
        var helpers = Math.Min(_threads.Length, count - 1);
        if (helpers <= 0)
        {
            for (var i = 0; i < count; i++)
            {
                body(i, 0);
            }

            return;
        }

        _body = body;
        _count = count;
        _failure = null;
        Volatile.Write(ref _next, 0);
        _finished.Reset(helpers);
        _start.Release(helpers);
        Drain(body, 0);
        _finished.Wait();
        _body = null;
        if (_failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_stop)
        {
            return;
        }

        _stop = true;
        _start.Release(Math.Max(1, _threads.Length));
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _finished.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            _start.Wait();
            if (_stop)
            {
                return;
            }

            Drain(_body!, worker);
            _finished.Signal();
        }
    }

    private void Drain(Action<int, int> body, int worker)
    {
        try
        {
            for (var i = Interlocked.Increment(ref _next) - 1; i < _count; i = Interlocked.Increment(ref _next) - 1)
            {
                body(i, worker);
            }
        }
        catch (Exception e)
        {
            // The loop must end on every thread before the caller may touch its buffers again; the first failure is then rethrown there.
            Interlocked.CompareExchange(ref _failure, e, null);
            Volatile.Write(ref _next, _count);
        }
    }
}
