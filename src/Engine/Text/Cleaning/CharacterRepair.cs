using System.Buffers;
using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// Replaces characters that carry typography or transport and no meaning: ligatures, half and full widths, curly quotes, kinds of line
/// breaks, unpaired surrogates, terminal escapes, controls (ftfy 6.3, fixes.py).
/// </summary>
internal static class CharacterRepair
{
    private const string Escape = "\x1b[";
    private const char FullWidthFirst = '\uFF01';
    private const char FullWidthAsciiLast = '\uFF5E';
    private const char FullWidthLast = '\uFFEE';
    private const int FullWidthShift = 0xFEE0;

    // U+FF5F to U+FFEE in their usual width; '\0' where the character is not assigned or stays.
    private const string UsualWidths =
        "⦅⦆。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホ" +
        "マミムメモヤユヨラリルレロワン\u3099\u309A\u1160ᄀᄁᆪᄂᆬᆭᄃᄄᄅᆰᆱᆲᆳᆴᆵᄚᄆᄇᄈᄡᄉᄊᄋᄌᄍᄎᄏᄐᄑᄒ" +
        "\0\0\0ᅡᅢᅣᅤᅥᅦ\0\0ᅧᅨᅩᅪᅫᅬ\0\0ᅭᅮᅯᅰᅱᅲ\0\0ᅳᅴᅵ\0\0\0¢£¬\0¦¥₩\0│←↑→↓■○";

    /// <summary>Takes Latin ligatures and digraphs apart.</summary>
    public static string SplitLigatures(string text) => Replace(text, '\u0132', '\uFB06', Ligature);

    /// <summary>Gives full-width Latin, half-width Katakana and Hangul, and the ideographic space their usual width.</summary>
    public static string NormalizeWidth(string text) => Replace(text, '\u3000', FullWidthLast, UsualWidth);

    /// <summary>Curly quotes as straight ones.</summary>
    public static string StraightenQuotes(string text) => Replace(text, '\u02BC', '\u201F', static c => c switch
    {
        '\u02BC' or (>= '\u2018' and <= '\u201B') => "'",
        >= '\u201C' and <= '\u201F' => "\"",
        _ => null,
    });

    /// <summary>Every kind of line break as a line feed.</summary>
    public static string NormalizeLineBreaks(string text) =>
        text.AsSpan().ContainsAny("\r\u0085\u2028\u2029")
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace('\u2028', '\n').Replace('\u2029', '\n')
                .Replace('\u0085', '\n')
            : text;

    /// <summary>Unpaired surrogates as U+FFFD.</summary>
    public static string ReplaceUnpairedSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        // Enumerating runes puts U+FFFD in place of every surrogate without its pair.
        var result = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(units[..rune.EncodeToUtf16(units)]);
        }

        return result.ToString();
    }

    /// <summary>Drops colour codes and other terminal escapes: ESC, '[', decimal digits and semicolons, one letter.</summary>
    public static string RemoveTerminalEscapes(string text)
    {
        StringBuilder? result = null;
        var done = 0;
        for (var i = text.IndexOf(Escape, StringComparison.Ordinal); i >= 0; i = text.IndexOf(Escape, i, StringComparison.Ordinal))
        {
            var end = i + Escape.Length;
            while (Rune.DecodeFromUtf16(text.AsSpan(end), out var rune, out var length) == OperationStatus.Done
                && (rune.Value == ';' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber))
            {
                end += length;
            }

            if (end < text.Length && char.IsAsciiLetter(text[end]))
            {
                result ??= new StringBuilder(text.Length);
                result.Append(text, done, i - done);
                done = ++end;
            }

            i = end;
        }

        return result is null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Drops controls without a visible effect, byte order marks and annotation characters; white space and joiners stay.</summary>
    public static string RemoveControls(string text) => Replace(text, '\0', '\uFFFC', static c =>
        c is <= '\x08' or '\x0B' or (>= '\x0E' and <= '\x1F') or '\x7F' or (>= '\u206A' and <= '\u206F') or '\uFEFF'
            or (>= '\uFFF9' and <= '\uFFFC') ? "" : null);

    /// <summary>Replaces the characters for which the function has a string; only those from first to last are asked about.</summary>
    private static string Replace(string text, char first, char last, Func<char, string?> replacement)
    {
        StringBuilder? result = null;
        var done = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] < first || text[i] > last || replacement(text[i]) is not { } characters)
            {
                continue;
            }

            result ??= new StringBuilder(text.Length + 8);
            result.Append(text, done, i - done).Append(characters);
            done = i + 1;
        }

        return result is null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    private static string? Ligature(char c) => c switch
    {
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "ʼn",
        'Ǳ' => "DZ",
        'ǲ' => "Dz",
        'ǳ' => "dz",
        'Ǆ' => "DŽ",
        'ǅ' => "Dž",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' => "ſt",
        'ﬆ' => "st",
        _ => null,
    };

    private static string? UsualWidth(char c) => c switch
    {
        '\u3000' => " ",
        '\uFFE3' => " \u0304",
        >= FullWidthFirst and <= FullWidthAsciiLast => ((char)(c - FullWidthShift)).ToString(),
        > FullWidthAsciiLast and <= FullWidthLast
            when UsualWidths[c - FullWidthAsciiLast - 1] is not '\0' and var usual => usual.ToString(),
        _ => null,
    };
}
