namespace OpenSegR.Realtime.Import;

/// <summary>Turns the errors of the file system into something to read.</summary>
internal static class FileErrors
{
    /// <summary>True for errors that come from the file system or from a name it does not accept.</summary>
    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>The reason in one line, without the path that .NET appends: "No space left on device".</summary>
    public static string Reason(Exception error)
    {
        var text = error.Message.ReplaceLineEndings(" ");
        var path = text.IndexOf(" : '", StringComparison.Ordinal);
        return (path > 0 ? text[..path] : text).TrimEnd('.', ' ');
    }
}
