using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// A live stream: rtsp://, http(s):// (MJPEG, HLS), udp://, rtp:// and what else FFmpeg opens. Only the newest frame is ever waiting. When the
/// connection is lost it is made anew, with growing pauses; <see cref="Read"/> then returns <see cref="FrameRead.NotYet"/>, and the options'
/// status line says so. User names and passwords never show in the description or in messages.
/// </summary>
public sealed class StreamSource : IFrameSource
{
    private readonly LiveGrabber _grabber;

    /// <summary>Connects and waits for the first frame.</summary>
    /// <param name="address">The address, e.g. "rtsp://user:password@camera.local/stream1".</param>
    /// <param name="options">Time-outs and pauses; the defaults where null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InputException">It is no address of a stream, or nothing comes from there in time.</exception>
    public StreamSource(string address, FrameSourceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        if (!StreamAddress.IsAddress(address))
        {
            throw new InputException($"'{address}' is no address of a stream: it must begin with one of {StreamAddress.KnownSchemes}, for example rtsp://camera.local/stream1");
        }

        var checkedOptions = (options ?? new FrameSourceOptions()).Validated();
        _grabber = new LiveGrabber(
            StreamAddress.WithoutSecrets(address), () => OpenCvDevice.OpenStream(address, checkedOptions), checkedOptions, cancellationToken);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info => _grabber.Info;

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken) => _grabber.Read(pool, out frame, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _grabber.Dispose();
}
