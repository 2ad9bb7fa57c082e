using System.Text;

namespace OpenSegR.Realtime.Text;

/// <summary>Reads small text files that a user names: bounded, strictly UTF-8, every failure one clear line.</summary>
internal static class UserFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file; pipes are read too.</param>
    /// <param name="what">What it should be, for messages: "the vocabulary".</param>
    /// <param name="maxBytes">Longer files are refused.</param>
    /// <exception cref="InputException">It is missing, a folder, unreadable or too long.</exception>
    public static byte[] ReadBytes(string path, string what, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            return ReadBytes(file, path, what, maxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{what} '{path}' does not exist; check the path", e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new InputException($"{what} '{path}' is a folder, a file is needed", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{what} '{path}' cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Reads a stream to its end, up to a limit that also holds for what a compressed stream unfolds to.</summary>
    public static byte[] ReadBytes(Stream stream, string path, string what, int maxBytes)
    {
        using var memory = new MemoryStream(stream.CanSeek ? (int)Math.Min(stream.Length, maxBytes) : 0);
        var buffer = new byte[1 << 16];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            if (memory.Length + read > maxBytes)
            {
                throw new InputException($"{what} '{path}' is larger than {maxBytes >> 20} MiB, the limit");
            }

            memory.Write(buffer, 0, read);
        }

        return memory.Length == memory.Capacity ? memory.GetBuffer() : memory.ToArray();
    }

    /// <summary>Reads a whole file as text, without its byte order mark.</summary>
    /// <exception cref="InputException">As for bytes, or it is not UTF-8.</exception>
    public static string ReadText(string path, string what, int maxBytes)
    {
        var bytes = ReadBytes(path, what, maxBytes).AsSpan();
        try
        {
            return Strict.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"{what} '{path}' is not UTF-8 text (byte {e.Index}); save it as UTF-8", e);
        }
    }
}
