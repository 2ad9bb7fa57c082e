using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>A camera or a stream through OpenCV.</summary>
internal sealed class OpenCvDevice : ILiveDevice
{
    // Properties of OpenCV's FFmpeg backend (CAP_PROP_OPEN_TIMEOUT_MSEC, CAP_PROP_READ_TIMEOUT_MSEC).
    private const int OpenTimeoutMs = 53;
    private const int ReadTimeoutMs = 54;
    private readonly FrameReader _reader;
    private readonly PlayoutClock? _playout;

    private OpenCvDevice(FrameReader reader, PlayoutClock? playout) => (_reader, _playout) = (reader, playout);

    /// <inheritdoc/>
    public double FramesPerSecond => _reader.FramesPerSecond;

    /// <summary>Opens a camera and asks it for what the options want.</summary>
    /// <exception cref="InputException">It cannot be opened; the message lists those that are there.</exception>
    public static OpenCvDevice OpenCamera(int index, FrameSourceOptions options)
    {
        var cameras = CameraList.Find();
        var hint = string.Create(CultureInfo.InvariantCulture, $"{CameraList.Describe(cameras)}; give one as camera:0 or /dev/video0");
        if (OperatingSystem.IsLinux() && !File.Exists($"/dev/video{index}"))
        {
            throw new InputException($"there is no camera {index}: {hint}");
        }

        var capture = new VideoCapture(index, OperatingSystem.IsLinux() ? VideoCaptureAPIs.V4L2 : VideoCaptureAPIs.ANY);
        if (!capture.IsOpened())
        {
            capture.Dispose();
            throw new InputException($"camera {index} cannot be opened, it may be in use by another program: {hint}");
        }

        // The pixel format first: which sizes and rates there are depends on it. What a camera refuses stays as it is.
        capture.Set(VideoCaptureProperties.FourCC, FourCC.FromString(options.CameraFormat).Value);
        Ask(VideoCaptureProperties.FrameWidth, options.RequestedWidth);
        Ask(VideoCaptureProperties.FrameHeight, options.RequestedHeight);
        Ask(VideoCaptureProperties.Fps, options.RequestedFps);
        Ask(VideoCaptureProperties.BufferSize, 1);
        return new OpenCvDevice(new FrameReader(capture), playout: null);

        void Ask(VideoCaptureProperties property, double? value)
        {
            if (value is { } wanted)
            {
                capture.Set(property, wanted);
            }
        }
    }

    /// <summary>Opens a stream.</summary>
    /// <exception cref="InputException">It cannot be opened in time.</exception>
    public static OpenCvDevice OpenStream(string address, FrameSourceOptions options)
    {
        var started = Stopwatch.GetTimestamp();
        var capture = OpenCapture(address, options);
        if (capture is not null)
        {
            var reader = new FrameReader(capture);
            return new OpenCvDevice(reader, StreamAddress.ComesAhead(address, reader.ClaimedFrames is not null) ? new PlayoutClock() : null);
        }

        var shown = StreamAddress.WithoutSecrets(address);
        throw new InputException(Stopwatch.GetElapsedTime(started) >= options.OpenTimeout ?
            string.Create(CultureInfo.InvariantCulture, $"nothing came from {shown} within {options.OpenTimeout.TotalSeconds:0.#} s: check the address and the network")
            : StreamAddress.UnknownHost(address) is { } host
            ? $"cannot open the stream {shown}: there is no host '{host}'; check its name and the network"
            : $"cannot open the stream {shown}: nobody answers there, or what comes is no video; check the address, the network, and name and password");
    }

    /// <summary>Opens an address with the options' time-outs, or returns null.</summary>
    public static VideoCapture? OpenCapture(string address, FrameSourceOptions options)
    {
        var capture = new VideoCapture(
            address,
            VideoCaptureAPIs.FFMPEG,
            [OpenTimeoutMs, (int)options.OpenTimeout.TotalMilliseconds, ReadTimeoutMs, (int)options.ReadTimeout.TotalMilliseconds]);
        if (capture.IsOpened())
        {
            return capture;
        }

        capture.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public bool TryRead(FramePool pool, out Frame? frame)
    {
        if (!_reader.TryRead(pool, out frame))
        {
            return false;
        }

        if (_playout is not null)
        {
            Thread.Sleep(_playout.WaitFor(TimeSpan.FromMilliseconds(_reader.PositionMs ?? 0), Stopwatch.GetElapsedTime(0)));
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
