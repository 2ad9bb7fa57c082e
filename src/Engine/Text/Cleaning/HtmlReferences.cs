using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// Character references as HTML5 reads them ("&amp;amp;", "&amp;notit;", "&amp;#x2019"): the behaviour of Python's html.unescape, and the
/// stricter one of ftfy.
/// </summary>
internal static class HtmlReferences
{
    private const int LongestName = 31;

    // ftfy's pattern: at most 24 letters or digits between '&' (or "&#") and ';'.
    private const int LongestStrictBody = 24;

    private static readonly Lazy<Tables> Names = new(Tables.Load);

    // Bytes 0x80 to 0x9F of a numeric reference mean Windows-1252; U+FFFD here: no such character, the control itself stays.
    private const string C1Replacements =
        "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    /// <summary>Replaces every reference, also those of old names without a semicolon, as html.unescape does.</summary>
    public static string Unescape(string text)
    {
        var amp = text.IndexOf('&', StringComparison.Ordinal);
        if (amp < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var done = 0;
        while (amp >= 0)
        {
            result.Append(text, done, amp - done);
            done = amp + ReadReference(text.AsSpan(amp), result);
            amp = done < text.Length ? text.IndexOf('&', done) : -1;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>
    /// Replaces only what is surely a reference: a known name with its semicolon, the name in capitals where that is no name of its own
    /// ("&amp;NTILDE;"), or a number (ftfy, fixes.unescape_html).
    /// </summary>
    public static string UnescapeStrict(string text)
    {
        var amp = text.IndexOf('&', StringComparison.Ordinal);
        if (amp < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var done = 0;
        while (amp >= 0)
        {
            result.Append(text, done, amp - done);
            done = amp;
            var length = StrictLength(text.AsSpan(amp));
            if (length > 0)
            {
                AppendStrict(text.AsSpan(amp, length), result);
                done += length;
            }
            else
            {
                result.Append('&');
                done++;
            }

            amp = done < text.Length ? text.IndexOf('&', done) : -1;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Appends what the reference at the start of the text stands for and returns its length.</summary>
    private static int ReadReference(ReadOnlySpan<char> text, StringBuilder result)
    {
        if (text.Length > 1 && text[1] == '#')
        {
            return ReadNumber(text, result);
        }

        var names = Names.Value;
        var body = text[1..];
        var longest = Math.Min(body.Length, LongestName);
        var letters = 0;
        while (letters < longest && char.IsAsciiLetterOrDigit(body[letters]))
        {
            letters++;
        }

        // The exact name wins; otherwise the longest name that needs no semicolon and begins the text.
        if (letters < body.Length && body[letters] == ';' && names.Find(body[..letters]) is { } exact)
        {
            result.Append(exact.Characters);
            return letters + 2;
        }

        for (var length = letters; length >= 2; length--)
        {
            if (names.Find(body[..length]) is { SemicolonOptional: true } prefix)
            {
                result.Append(prefix.Characters);
                return length + 1;
            }
        }

        result.Append('&');
        return 1;
    }

    private static int ReadNumber(ReadOnlySpan<char> text, StringBuilder result)
    {
        var hex = text.Length > 2 && text[2] is 'x' or 'X';
        var first = hex ? 3 : 2;
        var end = first;
        var value = 0;
        while (end < text.Length && (hex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])))
        {
            // Saturates just above the last code point, so that any length of digits is safe.
            value = Math.Min((value * (hex ? 16 : 10)) + Convert.ToInt32(text[end].ToString(), 16), 0x110000);
            end++;
        }

        if (end == first)
        {
            result.Append('&');
            return 1;
        }

        if (value is 0 or (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF)
        {
            result.Append('\uFFFD');
        }
        else if (value is >= 0x80 and <= 0x9F)
        {
            result.Append(C1Replacements[value - 0x80]);
        }
        else if (!IsForbidden(value))
        {
            result.Append(char.ConvertFromUtf32(value));
        }

        return end < text.Length && text[end] == ';' ? end + 1 : end;
    }

    /// <summary>Controls and noncharacters, which a numeric reference cannot make: it stands for nothing.</summary>
    private static bool IsForbidden(int value) =>
        value is (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or (>= 0x7F and <= 0x9F) or (>= 0xFDD0 and <= 0xFDEF)
        || (value & 0xFFFE) == 0xFFFE;

    private static int StrictLength(ReadOnlySpan<char> text)
    {
        var first = text.Length > 1 && text[1] == '#' ? 2 : 1;
        var end = first;
        while (end < text.Length && end - first <= LongestStrictBody && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        return end > first && end - first <= LongestStrictBody && end < text.Length && text[end] == ';' ? end + 1 : 0;
    }

    private static void AppendStrict(ReadOnlySpan<char> reference, StringBuilder result)
    {
        if (reference[1] == '#')
        {
            var unescaped = Unescape(reference.ToString());
            if (unescaped.Contains(';', StringComparison.Ordinal))
            {
                result.Append(reference);
            }
            else
            {
                result.Append(unescaped);
            }

            return;
        }

        var name = reference[1..^1];
        if (Names.Value.Find(name) is { } entity)
        {
            result.Append(entity.Characters);
        }
        else if (Names.Value.FindCapitals(name) is { } capitals)
        {
            result.Append(capitals);
        }
        else
        {
            result.Append(reference);
        }
    }

    /// <summary>What a name stands for, and whether it counts without its semicolon.</summary>
    private sealed record Entity(string Characters, bool SemicolonOptional);

    private sealed class Tables
    {
        private readonly FrozenDictionary<string, Entity>.AlternateLookup<ReadOnlySpan<char>> _byName;
        private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _byCapitals;

        private Tables(Dictionary<string, Entity> byName, Dictionary<string, string> byCapitals)
        {
            _byName = byName.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
            _byCapitals = byCapitals.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public static Tables Load()
        {
            var byName = new Dictionary<string, Entity>(StringComparer.Ordinal);
            foreach (var line in EmbeddedData.ReadLines("html5-entities.txt"))
            {
                var parts = line.Split(' ');
                var characters = string.Concat(parts.Skip(1).Select(code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber))));
                byName.Add(parts[0].TrimEnd('?'), new Entity(characters, parts[0].EndsWith('?')));
            }

            var tables = new Tables(byName, []);
            var byCapitals = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, entity) in byName)
            {
                var capitals = name.ToUpperInvariant();
                if (!name.Any(char.IsAsciiLetterUpper) && !tables.Begins(capitals))
                {
                    byCapitals.Add(capitals, string.Concat(entity.Characters.Select(Upper)));
                }
            }

            return new Tables(byName, byCapitals);
        }

        public Entity? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var entity) ? entity : null;

        public string? FindCapitals(ReadOnlySpan<char> name) => _byCapitals.TryGetValue(name, out var characters) ? characters : null;

        /// <summary>True where html.unescape would change "&amp;NAME;".</summary>
        private bool Begins(string name)
        {
            if (Find(name) is not null)
            {
                return true;
            }

            for (var length = 2; length < name.Length; length++)
            {
                if (Find(name.AsSpan(0, length)) is { SemicolonOptional: true })
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>str.upper() of the characters that entities stand for.</summary>
        private static string Upper(char c) => c switch
        {
            'ß' => "SS",
            'ŉ' => "ʼN",
            'ı' => "I",
            'ﬀ' => "FF",
            'ﬁ' => "FI",
            'ﬂ' => "FL",
            'ﬃ' => "FFI",
            'ﬄ' => "FFL",
            _ => char.ToUpperInvariant(c).ToString(),
        };
    }
}
