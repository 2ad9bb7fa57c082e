namespace OpenSegR.Realtime.Capture;

/// <summary>Refuses what is certainly no video file before a decoder sees it.</summary>
internal static class VideoFileCheck
{
    private const int Looked = 512;

    /// <summary>Checks that a file exists, is a regular one and is not text.</summary>
    /// <remarks>
    /// Text is refused because to FFmpeg some texts are programs: a playlist or a concatenation script names other files and addresses to
    /// open, and a plain text can be played as a picture of a terminal.
    /// </remarks>
    /// <exception cref="InputException">It is none of that; the message says what it is.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"'{path}' is a folder, not a video file");
        }

        if (!File.Exists(path))
        {
            throw new InputException($"there is no file '{path}'");
        }

        Span<byte> head = stackalloc byte[Looked];
        int count;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (!file.CanSeek)
            {
                throw new InputException($"'{path}' is a pipe or a device, not a file: write the video to a file first, or give a camera as camera:0");
            }

            count = file.ReadAtLeast(head, Looked, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot read '{path}': {e.Message}", e);
        }

        if (count == 0)
        {
            throw new InputException($"'{path}' is empty");
        }

        if (IsText(head[..count]))
        {
            throw new InputException($"'{path}' is a text file, not a video");
        }
    }

    // Uncompressed video (Y4M) begins with one line of text, pictures follow it.
    private static bool IsText(ReadOnlySpan<byte> head) =>
        !head.StartsWith("YUV4MPEG2 "u8) && !head.ContainsAnyExcept(TextBytes);

    private static readonly System.Buffers.SearchValues<byte> TextBytes =
        System.Buffers.SearchValues.Create([(byte)'\t', (byte)'\n', (byte)'\r', .. Enumerable.Range(0x20, 0x7F - 0x20).Select(b => (byte)b), .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);
}
