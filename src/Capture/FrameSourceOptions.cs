namespace OpenSegR.Realtime.Capture;

/// <summary>How sources are opened. All defaults are here.</summary>
public sealed record FrameSourceOptions
{
    /// <summary>Width in pixels to ask a camera for, or null for its own choice. Cameras may answer with another.</summary>
    public int? RequestedWidth { get; init; }

    /// <summary>Height in pixels to ask a camera for, or null for its own choice.</summary>
    public int? RequestedHeight { get; init; }

    /// <summary>Frames a second to ask a camera for, or null for its own choice.</summary>
    public double? RequestedFps { get; init; }

    /// <summary>
    /// Four-character code of the pixel format to ask a camera for. MJPG is the default, because USB cameras reach their full rate only compressed.
    /// </summary>
    public string CameraFormat { get; init; } = "MJPG";

    /// <summary>Frames a second that images without a time of their own (a folder, a pattern) are taken to have.</summary>
    public double ImageFps { get; init; } = 25;

    /// <summary>What an image that cannot be read means: true, it is named and skipped; false, the source fails.</summary>
    public bool SkipUnreadableImages { get; init; } = true;

    /// <summary>Whether files and images are played as if they were live: at their own speed, over and over, the newest frame first.</summary>
    public bool AsLive { get; init; }

    /// <summary>Longest wait for a camera or stream to deliver its first frame.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest silence of a running camera or stream before the connection is given up and made anew.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause before the first attempt to reconnect; it doubles with every attempt that fails, up to <see cref="ReconnectLongest"/>.</summary>
    public TimeSpan ReconnectFirst { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause between two attempts to reconnect.</summary>
    public TimeSpan ReconnectLongest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told one line about something that went wrong and was lived with (a skipped image); may be null.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Told one line where a file ends before the length that it claims; where null, <see cref="Warn"/> is told.</summary>
    public Action<string>? CutOff { get; init; }

    /// <summary>
    /// Told one line when the state of a live source changes (lost, reconnecting, back), and null when all is well again; may be null. Called
    /// on the source's thread.
    /// </summary>
    public Action<string?>? Status { get; init; }

    /// <summary>Returns the options, or throws if one is out of range.</summary>
    /// <exception cref="InputException">An option is out of range; the message names it.</exception>
    public FrameSourceOptions Validated()
    {
        Check(RequestedWidth is null or (>= 1 and <= Pipeline.FrameFormat.MaxSide), nameof(RequestedWidth), RequestedWidth, $"1 to {Pipeline.FrameFormat.MaxSide}");
        Check(RequestedHeight is null or (>= 1 and <= Pipeline.FrameFormat.MaxSide), nameof(RequestedHeight), RequestedHeight, $"1 to {Pipeline.FrameFormat.MaxSide}");
        Check(RequestedFps is null or (> 0 and <= 1000), nameof(RequestedFps), RequestedFps, "above 0 and at most 1000");
        Check(ImageFps is > 0 and <= 1000, nameof(ImageFps), ImageFps, "above 0 and at most 1000");
        Check(CameraFormat is { Length: 4 }, nameof(CameraFormat), CameraFormat, "four characters, for example MJPG or YUYV");
        Check(OpenTimeout > TimeSpan.Zero, nameof(OpenTimeout), OpenTimeout, "above 0");
        Check(ReadTimeout > TimeSpan.Zero, nameof(ReadTimeout), ReadTimeout, "above 0");
        Check(ReconnectFirst > TimeSpan.Zero && ReconnectLongest >= ReconnectFirst, nameof(ReconnectFirst), ReconnectFirst, "above 0 and not above ReconnectLongest");
        return this;
    }

    private static void Check(bool isValid, string name, object? value, string range)
    {
        if (!isValid)
        {
            throw new InputException($"source option {name} is {value}; it must be {range}");
        }
    }
}
