using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>What came of waiting on a <see cref="StageQueue{T}"/>.</summary>
internal enum QueueRead
{
    /// <summary>An item was taken.</summary>
    Item,

    /// <summary>Nothing came in time.</summary>
    TimedOut,

    /// <summary>The queue is closed and empty: nothing will ever come.</summary>
    Closed,
}

/// <summary>
/// A bounded channel between two stages that run on threads of their own. One thread reads; one thread writes (any number may use
/// <see cref="TryWrite"/>).
/// </summary>
/// <remarks>
/// Stages block in native calls for most of their time, so they have threads, not tasks, and wait for the channel by blocking. Waiting
/// allocates nothing: the channel reuses one operation object for its single reader and one for its single writer, and the continuation,
/// which only sets an event, is made once and runs on the thread of the other side.
/// </remarks>
internal sealed class StageQueue<T> : IDisposable
{
    private readonly string _name;
    private readonly int _capacity;
    private readonly Channel<T> _channel;
    // No spinning: a stage waits for milliseconds, and the other stages need the cores.
    private readonly ManualResetEventSlim _readable = new(false, spinCount: 0);
    private readonly ManualResetEventSlim _writable = new(false, spinCount: 0);
    private readonly Action _signalReadable;
    private readonly Action _signalWritable;
    private ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter _pendingRead;
    private bool _isReadPending;
    private int _maxDepth;

    /// <summary>Creates a queue.</summary>
    /// <param name="name">What waits here, for reports.</param>
    /// <param name="capacity">Items that may wait.</param>
    /// <param name="onDropped">
    /// Where given, a full queue drops its oldest item and hands it over here, on the writer's thread; where null, the writer waits.
    /// </param>
    public StageQueue(string name, int capacity, Action<T>? onDropped = null)
    {
        _name = name;
        _capacity = capacity;
        var options = new BoundedChannelOptions(capacity)
        {
            FullMode = onDropped is null ? BoundedChannelFullMode.Wait : BoundedChannelFullMode.DropOldest,
            SingleReader = true,
            AllowSynchronousContinuations = true,
        };
        _channel = onDropped is null ? Channel.CreateBounded<T>(options) : Channel.CreateBounded(options, onDropped);
        _signalReadable = _readable.Set;
        _signalWritable = _writable.Set;
    }

    /// <summary>The state of the queue now.</summary>
    public QueueReport Report() => new(_name, _capacity, _channel.Reader.Count, Volatile.Read(ref _maxDepth));

    /// <summary>Adds an item, waiting for room; returns false, the item still the caller's, once the queue is closed.</summary>
    public bool Write(T item)
    {
        if (TryWrite(item))
        {
            return true;
        }

        _writable.Reset();
#pragma warning disable CA2012 // The result is taken exactly once, after the event says that it is there.
        var pending = _channel.Writer.WriteAsync(item).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (!pending.IsCompleted)
        {
            pending.UnsafeOnCompleted(_signalWritable);
            _writable.Wait();
        }

        try
        {
            pending.GetResult();
        }
        catch (ChannelClosedException)
        {
            return false;
        }

        NoteDepth();
        return true;
    }

    /// <summary>Adds an item if there is room (dropping always makes room); otherwise the item stays the caller's.</summary>
    public bool TryWrite(T item)
    {
        if (!_channel.Writer.TryWrite(item))
        {
            return false;
        }

        NoteDepth();
        return true;
    }

    /// <summary>Takes the oldest item, waiting for one.</summary>
    /// <param name="item">The item, now the caller's, when the result is <see cref="QueueRead.Item"/>.</param>
    /// <param name="timeoutMs">Longest wait in milliseconds; -1 for no limit.</param>
    public QueueRead Read(out T item, int timeoutMs = Timeout.Infinite)
    {
        if (!_isReadPending)
        {
            if (_channel.Reader.TryRead(out item!))
            {
                return QueueRead.Item;
            }

            _readable.Reset();
#pragma warning disable CA2012 // The result is taken exactly once, after the event says that it is there.
            _pendingRead = _channel.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            _isReadPending = true;
            if (_pendingRead.IsCompleted)
            {
                _readable.Set();
            }
            else
            {
                _pendingRead.UnsafeOnCompleted(_signalReadable);
            }
        }

        // After a time-out the read stays pending and the next call goes on with it, so no item is lost.
        if (!_readable.Wait(timeoutMs))
        {
            item = default!;
            return QueueRead.TimedOut;
        }

        _isReadPending = false;
        try
        {
            item = _pendingRead.GetResult();
            return QueueRead.Item;
        }
        catch (ChannelClosedException)
        {
            item = default!;
            return QueueRead.Closed;
        }
    }

    /// <summary>Takes the oldest item if there is one.</summary>
    public bool TryRead(out T item)
    {
        if (_isReadPending)
        {
            return Read(out item, timeoutMs: 0) == QueueRead.Item;
        }

        return _channel.Reader.TryRead(out item!);
    }

    /// <summary>Lets nothing more in; what is inside can still be read. Ends every wait. Safe to call from any thread, any number of times.</summary>
    public void Close() => _channel.Writer.TryComplete();

    public void Dispose()
    {
        _readable.Dispose();
        _writable.Dispose();
    }

    private void NoteDepth()
    {
        var depth = _channel.Reader.Count;
        if (depth > Volatile.Read(ref _maxDepth))
        {
            // A lost update between two writers costs nothing but one sample.
            Volatile.Write(ref _maxDepth, depth);
        }
    }
}
