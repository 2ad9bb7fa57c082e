namespace OpenCvSharp;

/// <summary>Base of everything that owns native memory.</summary>
public abstract class DisposableObject : IDisposable
{
    private int _disposeSignaled;

    /// <summary>True once <see cref="Dispose()"/> was called.</summary>
    public bool IsDisposed { get; protected set; }

    /// <summary>Frees the native memory; later calls do nothing.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Throws if the object was disposed.</summary>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    /// <summary>Frees once, whichever thread comes first.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposeSignaled, 1) != 0)
        {
            return;
        }

        IsDisposed = true;
        if (disposing)
        {
            DisposeManaged();
        }
    }

    /// <summary>Frees what the object holds. The native memory itself has its own finalizer, so none is needed here.</summary>
    protected virtual void DisposeManaged()
    {
    }
}
