using System.Buffers;
using System.Text;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// Undoes text that was encoded as UTF-8 and read as something else ("dâ€™oh"): ftfy 6.3, fix_encoding with default options.
/// </summary>
internal static class EncodingRepair
{
    // Which characters may be bytes of UTF-8 read in a Latin-1-like set: lead bytes of sequences of 2, 3 and 4 bytes, and continuations.
    private static readonly SearchValues<char> LeadOf2 = CharactersOf(0xC2, 0xDF);
    private static readonly SearchValues<char> LeadOf3 = CharactersOf(0xE0, 0xEF);
    private static readonly SearchValues<char> LeadOf4 = SearchValues.Create(
        [.. ByteCodec.Latin1Like.SelectMany(codec => new[] { codec.Decode(0xF0), codec.Decode(0xF3) })]);

    // A blank may have been a no-break space, byte 0xA0.
    private static readonly SearchValues<char> Continuation = CharactersOf(0x80, 0xBF, " ");

    // Less the blanks, dashes, quotes, bullet and ellipsis that stand for themselves next to such text.
    private static readonly SearchValues<char> StrictContinuation = CharactersOf(0x80, 0xBF, "", except: "–—―‘’‚“”„•…");

    /// <summary>Repairs the text, again and again until nothing changes.</summary>
    public static string Fix(string text)
    {
        while (true)
        {
            var repaired = FixOnce(text);
            if (repaired == text)
            {
                return text;
            }

            text = repaired;
        }
    }

    /// <summary>C1 control characters as the Windows-1252 characters that were meant.</summary>
    public static string FixC1Controls(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\x80', '\x9f'))
        {
            return text;
        }

        return string.Create(text.Length, text, static (result, source) =>
        {
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = source[i] is >= '\x80' and <= '\x9f' ? ByteCodec.FromC1(source[i]) : source[i];
            }
        });
    }

    private static string FixOnce(string text)
    {
        if (Ascii.IsValid(text) || !MojibakeHeuristic.IsBad(text))
        {
            return text;
        }

        var isLatin1 = false;
        foreach (var codec in ByteCodec.Candidates)
        {
            if (codec.Encode(text) is not { } bytes)
            {
                continue;
            }

            isLatin1 |= codec == ByteCodec.Latin1;
            if (Redecode(bytes, codec) is { } decoded)
            {
                return decoded;
            }
        }

        var inner = FixEmbedded(text);
        if (inner != text)
        {
            return inner;
        }

        if (isLatin1 && AsWindows1252(text) is { } fixedText && fixedText != text)
        {
            return fixedText;
        }

        return FixC1Controls(text);
    }

    /// <summary>Reads bytes as UTF-8 after repairing what is known to happen to them on the way; null where they are not UTF-8.</summary>
    private static string? Redecode(byte[] bytes, ByteCodec codec)
    {
        if (!codec.IsMacRoman && LossyUtf8.HasBlankForA0(bytes))
        {
            bytes = LossyUtf8.RestoreA0(bytes);
        }

        if (codec.IsSloppy)
        {
            bytes = LossyUtf8.ReplaceLost(bytes);
        }

        return bytes.AsSpan().ContainsAny((byte)0xED, (byte)0xC0) ? Utf8Variants.Decode(bytes) : Utf8Variants.DecodeStrict(bytes);
    }

    /// <summary>The text as Latin-1 bytes read as Windows-1252, or null where a byte has no character there.</summary>
    private static string? AsWindows1252(string text) =>
        text.All(c => ByteCodec.IsWindows1252((byte)c)) ? FixC1Controls(text) : null;

    /// <summary>Repairs parts of a text by themselves where they look like UTF-8 and the text as a whole is not.</summary>
    private static string FixEmbedded(string text)
    {
        StringBuilder? result = null;
        var done = 0;
        for (var i = 0; i < text.Length;)
        {
            var length = i > 0 && StrictContinuation.Contains(text[i - 1]) ? 0 : Utf8LikeLength(text, i);
            if (length == 0)
            {
                i++;
                continue;
            }

            // The part must be shorter than the whole, so that the recursion ends.
            if (length < text.Length)
            {
                var part = text.Substring(i, length);
                if (MojibakeHeuristic.IsBad(part))
                {
                    result ??= new StringBuilder(text.Length);
                    result.Append(text, done, i - done).Append(Fix(part));
                    done = i + length;
                }
            }

            i += length;
        }

        return result is null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    private static int Utf8LikeLength(string text, int start)
    {
        var end = start;
        while (end < text.Length)
        {
            var c = text[end];
            var length = LeadOf2.Contains(c) && Continues(text, end + 1, 1) ? 2
                : LeadOf3.Contains(c) && Continues(text, end + 1, 2) ? 3
                : LeadOf4.Contains(c) && Continues(text, end + 1, 3) ? 4 : 0;
            if (length == 0)
            {
                break;
            }

            end += length;
        }

        return end - start;
    }

    private static bool Continues(string text, int start, int count) =>
        start + count <= text.Length && !text.AsSpan(start, count).ContainsAnyExcept(Continuation);

    private static SearchValues<char> CharactersOf(int firstByte, int lastByte, string more = "", string except = "")
    {
        var characters = new HashSet<char>(more);
        foreach (var codec in ByteCodec.Latin1Like)
        {
            for (var value = firstByte; value <= lastByte; value++)
            {
                characters.Add(codec.Decode((byte)value));
            }
        }

        characters.ExceptWith(except);
        return SearchValues.Create([.. characters]);
    }
}
