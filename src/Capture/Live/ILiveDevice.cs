using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>One open connection to a camera or stream. One thread uses and disposes it.</summary>
internal interface ILiveDevice : IDisposable
{
    /// <summary>Nominal rate.</summary>
    double FramesPerSecond { get; }

    /// <summary>Waits for the next frame.</summary>
    /// <param name="pool">The frame is rented here, once there is one.</param>
    /// <param name="frame">The frame, owned by the caller, with nothing but its pixels filled in; null where the result is false.</param>
    /// <returns>False where the connection is lost.</returns>
    bool TryRead(FramePool pool, out Frame? frame);
}
