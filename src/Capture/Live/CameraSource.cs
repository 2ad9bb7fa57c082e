using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// A camera of this machine. Only the newest frame is ever waiting. A camera that is unplugged is waited for; <see cref="Read"/> then returns
/// <see cref="FrameRead.NotYet"/>, and the options' status line says so.
/// </summary>
public sealed class CameraSource : IFrameSource
{
    private readonly LiveGrabber _grabber;

    /// <summary>Opens a camera and waits for its first frame.</summary>
    /// <param name="index">Number of the camera, from 0.</param>
    /// <param name="options">What to ask it for; the defaults where null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InputException">There is no such camera (the message lists those that exist), or it delivers nothing.</exception>
    public CameraSource(int index, FrameSourceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var checkedOptions = (options ?? new FrameSourceOptions()).Validated();
        _grabber = new LiveGrabber($"camera {index}", () => OpenCvDevice.OpenCamera(index, checkedOptions), checkedOptions, cancellationToken);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info => _grabber.Info;

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken) => _grabber.Read(pool, out frame, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _grabber.Dispose();
}
