namespace OpenSegR.Realtime.Capture;

/// <summary>How a video file is written.</summary>
public sealed record VideoFileSinkOptions
{
    /// <summary>
    /// A file whose first audio track goes into the video, cut to its length, or null for a silent video. It must be in time with the frames:
    /// the file that they come from.
    /// </summary>
    public string? AudioFrom { get; init; }

    /// <summary>Told one line about something that was lived with (sound that could not be copied); may be null.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Writes with OpenCV even where there is an ffmpeg program.</summary>
    internal bool ForceOpenCv { get; init; }
}
