namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// UTF-8 that was damaged on its way: a no-break space (byte 0xA0) that became a blank, bytes that were replaced as unreadable (0x1A here,
/// or '?'). The sequences are those of ftfy 6.3 (chardata.py, ALTERED_UTF8_RE and LOSSY_UTF8_RE).
/// </summary>
internal static class LossyUtf8
{
    private static ReadOnlySpan<byte> ReplacementCharacter => [0xEF, 0xBF, 0xBD];

    /// <summary>True where a sequence would be UTF-8 if a blank in it were byte 0xA0.</summary>
    public static bool HasBlankForA0(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (AlteredLength(bytes[i..]) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts byte 0xA0 back where it makes UTF-8 of a sequence; a lone "à" keeps the blank after it.</summary>
    public static byte[] RestoreA0(ReadOnlySpan<byte> bytes)
    {
        var spaced = new List<byte>(bytes.Length + 8);
        for (var i = 0; i < bytes.Length; i++)
        {
            spaced.Add(bytes[i]);
            if (bytes[i] == 0xC3 && i + 1 < bytes.Length && bytes[i + 1] == ' ' && !ContinuesPortuguese(bytes[(i + 2)..]))
            {
                spaced.Add(0xA0);
            }
        }

        var result = spaced.ToArray();
        for (var i = 0; i < result.Length;)
        {
            var length = AlteredLength(result.AsSpan(i));
            if (length > 0)
            {
                result.AsSpan(i, length).Replace((byte)' ', (byte)0xA0);
            }

            i += Math.Max(length, 1);
        }

        return result;
    }

    /// <summary>Makes one U+FFFD of every sequence that would be UTF-8 if no byte of it had been lost, and of every lost byte by itself.</summary>
    public static byte[] ReplaceLost(byte[] bytes)
    {
        if (!bytes.AsSpan().ContainsAny(ByteCodec.Lost, (byte)'?'))
        {
            return bytes;
        }

        var result = new List<byte>(bytes.Length + 8);
        for (var i = 0; i < bytes.Length;)
        {
            var length = LostLength(bytes.AsSpan(i));
            if (length == 0)
            {
                result.Add(bytes[i++]);
            }
            else
            {
                result.AddRange(ReplacementCharacter);
                i += length;
            }
        }

        return [.. result];
    }

    /// <summary>After "à" come a second blank, or the rest of "às", "àquele", "àquela", "àquilo": then it is part of that word.</summary>
    private static bool ContinuesPortuguese(ReadOnlySpan<byte> rest) =>
        rest.StartsWith(" "u8) || rest.StartsWith("quele"u8) || rest.StartsWith("quela"u8) || rest.StartsWith("quilo"u8)
        || rest.StartsWith("s "u8);

    private static int AlteredLength(ReadOnlySpan<byte> b) => b[0] switch
    {
        0xC2 or 0xC3 or 0xC5 or 0xCE or 0xD0 or 0xD9 => b.Length > 1 && b[1] == ' ' ? 2 : 0,
        >= 0xE0 and <= 0xE3 when b.Length > 2 =>
            (b[0] >= 0xE2 && b[1] == ' ' && IsLikelyContinuation(b[2])) || (IsLikelyContinuation(b[1]) && b[2] == ' ') ? 3 : 0,
        0xF0 when b.Length > 3 =>
            (b[1] == ' ' && IsContinuation(b[2]) && IsContinuation(b[3]))
            || (IsContinuation(b[1]) && b[2] == ' ' && IsContinuation(b[3]))
            || (IsContinuation(b[1]) && IsContinuation(b[2]) && b[3] == ' ') ? 4 : 0,
        _ => 0,
    };

    private static int LostLength(ReadOnlySpan<byte> b)
    {
        switch (b[0])
        {
            case ByteCodec.Lost:
                return 1;
            case >= 0xC2 and <= 0xDF:
                return b.Length > 1 && (b[1] == ByteCodec.Lost || (b[0] <= 0xC3 && b[1] == '?')) ? 2 : 0;
            case 0xED when b.Length > 5 && b[1] is >= 0xA0 and <= 0xAF && b[3] == 0xED && b[4] is >= 0xB0 and <= 0xBF
                && ((IsGone(b[2]) && (IsGone(b[5]) || IsContinuation(b[5]))) || (IsContinuation(b[2]) && IsGone(b[5]))):
                return 6;
            case >= 0xE0 and <= 0xEF:
                return b.Length > 2 && ((IsGone(b[1]) && IsUnknown(b[2])) || (IsUnknown(b[1]) && IsGone(b[2]))) ? 3 : 0;
            case >= 0xF0 and <= 0xF4:
                return b.Length > 3
                    && ((IsGone(b[1]) && IsUnknown(b[2]) && IsUnknown(b[3]))
                        || (IsUnknown(b[1]) && IsGone(b[2]) && IsUnknown(b[3]))
                        || (IsUnknown(b[1]) && IsUnknown(b[2]) && IsGone(b[3]))) ? 4 : 0;
            default:
                return 0;
        }
    }

    private static bool IsContinuation(byte b) => b is >= 0x80 and <= 0xBF;

    /// <summary>Without 0x85 and 0xA0, which next to a blank rarely come from UTF-8.</summary>
    private static bool IsLikelyContinuation(byte b) => IsContinuation(b) && b is not (0x85 or 0xA0);

    private static bool IsGone(byte b) => b is ByteCodec.Lost or (byte)'?';

    private static bool IsUnknown(byte b) => b == ByteCodec.Lost || IsContinuation(b);
}
