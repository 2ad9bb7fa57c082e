namespace OpenSegR.Realtime.Pipeline;

/// <summary>Keeps workers that take work one after another to that order when they pass it on. Thread-safe; allocates nothing.</summary>
internal sealed class TurnOrder
{
    private readonly object _gate = new();
    private long _next;
    private bool _isOver;

    /// <summary>Waits until all work that was taken before has been passed on, or until <see cref="End"/>.</summary>
    /// <param name="turn">How many pieces of work were taken before this one.</param>
    public void Await(long turn)
    {
        lock (_gate)
        {
            while (turn != _next && !_isOver)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>The work whose turn it was has been passed on.</summary>
    public void Advance()
    {
        lock (_gate)
        {
            _next++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Order matters no longer: nobody waits from now on.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
    }
}
