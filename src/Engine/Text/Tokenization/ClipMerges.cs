using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace OpenSegR.Realtime.Text.Tokenization;

/// <summary>
/// CLIP's merge table: the pairs of symbols that its byte-pair encoding joins, the strongest first. It is read from a plain text file, from
/// the original bpe_simple_vocab_16e6.txt.gz or from a Hugging Face tokenizer.json; the same merges have the same fingerprint.
/// </summary>
internal sealed class ClipMerges
{
    /// <summary>Ids besides the merges: 256 stand-ins for bytes, the same with the end-of-word mark, start and end of text.</summary>
    public const int OtherTokens = 514;

    /// <summary>Marks the last symbol of a word.</summary>
    public const string EndOfWord = "</w>";

    private const int MaxFileBytes = 64 << 20;
    private const int MaxLineBytes = 512;

    private ClipMerges(byte[] lines)
    {
        Lines = lines;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(lines));
    }

    /// <summary>SHA-256 of the merges, one a line.</summary>
    public string Fingerprint { get; }

    /// <summary>The merges in UTF-8, "left right", each ended by a line feed.</summary>
    private byte[] Lines { get; }

    /// <summary>Reads a merge table.</summary>
    /// <param name="path">The file, of any of the three kinds; its content tells which.</param>
    /// <param name="vocabularySize">Ids that the text tower knows, 49408 for CLIP.</param>
    /// <exception cref="InputException">The file is missing, too large, damaged or no such table.</exception>
    public static ClipMerges Read(string path, int vocabularySize)
    {
        const string What = "the tokenizer's merge table";
        var count = vocabularySize - OtherTokens;
        var bytes = UserFile.ReadBytes(path, What, MaxFileBytes);
        if (bytes is [0x1F, 0x8B, ..])
        {
            try
            {
                using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
                bytes = UserFile.ReadBytes(gzip, path, What, MaxFileBytes);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                throw new InputException($"{What} '{path}' cannot be unpacked: {e.Message}", e);
            }
        }

        return new ClipMerges(bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
            ? FromJson(bytes, count, path)
            : FromText(bytes, count, path));
    }

    /// <summary>The merges, "left right", made one after the other.</summary>
    public IEnumerable<string> Pairs()
    {
        for (var start = 0; start < Lines.Length;)
        {
            var length = Lines.AsSpan(start).IndexOf((byte)'\n');
            yield return Encoding.UTF8.GetString(Lines, start, length);
            start += length + 1;
        }
    }

    /// <summary>What the merges make, "leftright", with ascending ids.</summary>
    /// <param name="tokens">Filled.</param>
    /// <param name="firstId">Id of the first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteTokens(Span<KeyValuePair<string, int>> tokens, int firstId)
    {
        Span<char> characters = stackalloc char[MaxLineBytes];
        ReadOnlySpan<byte> rest = Lines;
        for (var i = 0; i < tokens.Length; i++)
        {
            var end = rest.IndexOf((byte)'\n');
            var blank = rest.IndexOf((byte)' ');
            var length = Encoding.UTF8.GetChars(rest[..blank], characters);
            length += Encoding.UTF8.GetChars(rest[(blank + 1)..end], characters[length..]);
            tokens[i] = new KeyValuePair<string, int>(new string(characters[..length]), firstId + i);
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>A header line, then the merges; the original has more of them than CLIP's vocabulary uses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte[] FromText(byte[] bytes, int count, string path)
    {
        if (bytes.AsSpan().Contains((byte)'\r'))
        {
            bytes = [.. bytes.Where(value => value != '\r')];
        }

        ReadOnlySpan<byte> merges = bytes.AsSpan(bytes.AsSpan().IndexOf((byte)'\n') + 1);
        var length = 0;
        var found = 0;
        while (found < count && length < merges.Length)
        {
            var rest = merges[length..];
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            if (line.IsEmpty)
            {
                break;
            }

            Check(line, ++found, path);
            length += line.Length + 1;
        }

        // The last line may lack its line feed.
        var lines = new byte[length];
        merges[..Math.Min(length, merges.Length)].CopyTo(lines);
        if (length > 0)
        {
            lines[^1] = (byte)'\n';
        }

        return Complete(lines, found, count, path);
    }

    private static byte[] FromJson(byte[] bytes, int count, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16 });
            if (!document.RootElement.TryGetProperty("model", out var model) || !model.TryGetProperty("merges", out var merges)
                || merges.ValueKind != JsonValueKind.Array)
            {
                throw new InputException($"the tokenizer '{path}' has no list of merges (model.merges): it is no byte-pair encoding");
            }

            var lines = new ArrayBufferWriter<byte>(count * 12);
            var number = 0;
            foreach (var merge in merges.EnumerateArray())
            {
                if (number == count)
                {
                    break;
                }

                // Newer files write pairs as two strings.
                var line = merge.ValueKind == JsonValueKind.Array
                    ? string.Join(' ', merge.EnumerateArray().Select(part => part.GetString()))
                    : merge.GetString() ?? "";
                var encoded = Encoding.UTF8.GetBytes(line);
                Check(encoded, ++number, path);
                lines.Write(encoded);
                lines.Write("\n"u8);
            }

            return Complete(lines.WrittenSpan.ToArray(), number, count, path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"the tokenizer '{path}' is no valid tokenizer.json: {e.Message}", e);
        }
    }

    private static void Check(ReadOnlySpan<byte> line, int number, string path)
    {
        var blank = line.IndexOf((byte)' ');
        if (blank < 1 || blank == line.Length - 1 || line[(blank + 1)..].ContainsAny((byte)' ', (byte)'\n') || line.Length > MaxLineBytes)
        {
            throw new InputException(
                $"the tokenizer's merge table '{path}' is damaged: entry {number} is not two symbols with a blank between them");
        }
    }

    private static byte[] Complete(byte[] lines, int found, int count, string path) =>
        found != count
            ? throw new InputException($"the tokenizer's merge table '{path}' has {found} merges, the model's vocabulary needs {count}")
            : !Utf8.IsValid(lines)
                ? throw new InputException($"the tokenizer's merge table '{path}' is damaged: it is not UTF-8")
                : lines;
}
