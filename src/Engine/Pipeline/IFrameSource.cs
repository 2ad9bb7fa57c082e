namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// Where frames come from. One thread calls <see cref="Read"/>; <see cref="IDisposable.Dispose"/> comes after the last call has returned.
/// </summary>
public interface IFrameSource : IDisposable
{
    /// <summary>What is known of the source.</summary>
    FrameSourceInfo Info { get; }

    /// <summary>
    /// Waits for the next frame, a second at most where the source is live, and hands it over.
    /// </summary>
    /// <param name="pool">Frames are rented here.</param>
    /// <param name="frame">The frame, owned by the caller, when the result is <see cref="FrameRead.Frame"/>; otherwise null.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <exception cref="SegrException">The source failed for good; the message names it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken);
}
