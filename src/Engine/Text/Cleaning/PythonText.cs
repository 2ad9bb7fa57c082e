using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// What Python's str.split(), str.strip() and str.lower() do, where .NET differs. CLIP's cleaning is defined by them.
/// </summary>
internal static class PythonText
{
    /// <summary>A regular-expression class of the characters that <see cref="IsSpace"/> accepts.</summary>
    public const string SpaceClass = @"[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

    private const char CapitalSigma = 'Σ';
    private const char FinalSigma = 'ς';
    private const char CapitalDottedI = 'İ';

    /// <summary>str.isspace(): Unicode white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>Runs of white space become one blank, none is left at the ends: " ".join(text.split()).</summary>
    public static string CollapseSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        var pending = false;
        foreach (var c in text)
        {
            if (IsSpace(c))
            {
                pending = result.Length > 0;
                continue;
            }

            if (pending)
            {
                result.Append(' ');
                pending = false;
            }

            result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>
    /// str.lower(): the full mapping of Unicode's SpecialCasing that holds in every language. Capital I with dot becomes two characters;
    /// a capital sigma that ends a word becomes a final sigma.
    /// </summary>
    public static string Lower(string text)
    {
        if (!text.AsSpan().ContainsAny(CapitalSigma, CapitalDottedI))
        {
            return text.ToLowerInvariant();
        }

        var result = new StringBuilder(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case CapitalDottedI:
                    result.Append("i\u0307");
                    break;
                case CapitalSigma:
                    result.Append(EndsWord(text, i) ? FinalSigma : 'σ');
                    break;
                default:
                    // Runs without the two letters are lowered as a whole, so that surrogate pairs stay together.
                    var rest = text.AsSpan(i);
                    var run = rest.IndexOfAny(CapitalSigma, CapitalDottedI);
                    run = run < 0 ? rest.Length : run;
                    result.Append(text.Substring(i, run).ToLowerInvariant());
                    i += run - 1;
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>Unicode's Final_Sigma: a cased letter before, none after; characters without influence on case are passed over.</summary>
    private static bool EndsWord(string text, int sigma)
    {
        var before = sigma;
        while (before > 0)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, before), out var rune, out var length);
            if (!IsCaseIgnorable(rune))
            {
                if (!IsCased(rune))
                {
                    return false;
                }

                break;
            }

            before -= length;
        }

        if (before == 0)
        {
            return false;
        }

        for (var after = sigma + 1; after < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(after), out var rune, out var length);
            if (!IsCaseIgnorable(rune))
            {
                return !IsCased(rune);
            }

            after += length;
        }

        return true;
    }

    /// <summary>Unicode's Cased, less the characters that <see cref="IsCaseIgnorable"/> catches first.</summary>
    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>Unicode's Case_Ignorable: marks, format characters, modifiers, and the punctuation found inside words.</summary>
    private static bool IsCaseIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
