using System.Text;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// UTF-8 and what goes by its name: CESU-8, where a character beyond the basic plane is two encoded surrogates, and Java's two-byte null
/// (ftfy, bad_codecs/utf8_variants.py).
/// </summary>
internal static class Utf8Variants
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes strict UTF-8, or returns null where a byte does not fit.</summary>
    public static string? DecodeStrict(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return null;
        }

        return Strict.GetString(bytes);
    }

    /// <summary>Decodes UTF-8 with its variants, or returns null where a byte fits none.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var result = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var plain = PlainLength(bytes);
            if (plain > 0)
            {
                if (DecodeStrict(bytes[..plain]) is not { } text)
                {
                    return null;
                }

                result.Append(text);
                bytes = bytes[plain..];
            }
            else if (bytes[0] == 0xC0 && bytes.Length > 1)
            {
                result.Append('\0');
                bytes = bytes[2..];
            }
            else if (bytes[0] == 0xED && bytes.Length >= 6 && IsPairOfSurrogates(bytes))
            {
                var point = ((bytes[1] & 0x0F) << 16) + ((bytes[2] & 0x3F) << 10) + ((bytes[4] & 0x0F) << 6) + (bytes[5] & 0x3F) + 0x10000;
                result.Append(char.ConvertFromUtf32(point));
                bytes = bytes[6..];
            }
            else
            {
                return null;
            }
        }

        return result.ToString();
    }

    /// <summary>Bytes before the next one that standard UTF-8 would not know.</summary>
    private static int PlainLength(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var second = i + 1 < bytes.Length ? bytes[i + 1] : -1;

            // A line may end with its line break: what stands right before that break counts as the end of the text too.
            var atEnd = second < 0 || (second == '\n' && i + 2 == bytes.Length);
            if ((bytes[i] == 0xC0 && (second == 0x80 || atEnd)) || (bytes[i] == 0xED && (second is >= 0xA0 and <= 0xBF || atEnd)))
            {
                return i;
            }
        }

        return bytes.Length;
    }

    private static bool IsPairOfSurrogates(ReadOnlySpan<byte> bytes) =>
        bytes[1] is >= 0xA0 and <= 0xAF && bytes[2] is >= 0x80 and <= 0xBF && bytes[3] == 0xED && bytes[4] is >= 0xB0 and <= 0xBF
        && (bytes[5] is >= 0x80 and <= 0xBF || (bytes[5] == '\n' && bytes.Length == 6));
}
