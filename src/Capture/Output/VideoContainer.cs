namespace OpenSegR.Realtime.Capture;

/// <summary>The containers that videos are written in, chosen by the file's extension.</summary>
internal static class VideoContainer
{
    private static readonly string[] Known = [".mp4", ".m4v", ".mov", ".mkv", ".avi"];

    /// <summary>Whether a path names a video file that can be written.</summary>
    public static bool IsKnown(string path) => Known.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a path names a file of the MP4 family.</summary>
    public static bool IsMp4(string path) => Path.GetExtension(path).ToLowerInvariant() is ".mp4" or ".m4v" or ".mov";

    /// <summary>Whether every frame can have a time of its own; otherwise the rate is constant.</summary>
    public static bool KeepsTimes(string path) => !Path.GetExtension(path.AsSpan()).Equals(".avi", StringComparison.OrdinalIgnoreCase);

    /// <summary>Throws where a path names no video file that can be written.</summary>
    /// <exception cref="InputException">The extension is none of those known.</exception>
    public static void Check(string path)
    {
        if (!IsKnown(path))
        {
            throw new InputException($"cannot write '{path}': the extension must be one of {string.Join(", ", Known)}, for example out.mp4");
        }
    }
}
