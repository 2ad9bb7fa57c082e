using System.Text;
using System.Text.RegularExpressions;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// Tells text that was decoded with the wrong character set from text that means what it says. A few hundred characters occur in such
/// text; sequences of them that nobody would write on purpose give it away (rules and classes of ftfy 6.3, badness.py).
/// </summary>
internal static partial class MojibakeHeuristic
{
    // Classes of characters, written as the inside of a regular-expression class.
    private const string Common = @"\u00A0\u00AD´·–-―’…";
    private const string C1 = @"\u0080-\u009F";
    private const string Bad = @"¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\uFFFD";
    private const string Law = "§¶";
    private const string Currency = "¢£¥₧€";
    private const string Opening = @"¡©«¿΄΅‘‚“„•‹\uF8FF";
    private const string Closing = "®»˝”›™";
    private const string Numeric = "±-³µ¹¼-¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥";
    private const string Faces = "°Ò-ÖÙ-Üò-öø-üŌŐŪŲ";
    private const string UpperAccented = "À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ";
    private const string LowerAccented = "ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ";
    private const string UpperCommon = "ÞΆΈ-ΊΌΎΏΑ-ΫЁ-Я";
    private const string LowerCommon = "ά-ωа-џ";
    private const string Box = "│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓";

    private const string AnySpace = PythonText.SpaceClass;
    private const string AnyWord = @"[\p{L}\p{N}_]";

    // Two or three neighbours whose classes do not go together.
    private const string Neighbours =
        "[" + C1 + "]" +
        "|[" + Bad + LowerAccented + UpperAccented + Box + Opening + Closing + Currency + Numeric + Law + "][" + Bad + "]" +
        "|[a-zA-Z][" + LowerCommon + UpperCommon + "][" + Bad + "]" +
        "|[" + Bad + "][" + LowerAccented + UpperAccented + Box + Opening + Closing + Currency + Numeric + Law + "]" +
        "|[" + LowerAccented + LowerCommon + Box + Closing + Currency + Numeric + "][" + UpperAccented + "]" +
        "|[" + Box + Closing + Currency + Numeric + "][" + LowerAccented + "]" +
        "|[" + LowerAccented + Box + Closing + "][" + Currency + "]" +
        "|" + AnySpace + "[" + UpperAccented + "][" + Currency + "]" +
        "|[" + UpperAccented + Box + "][" + Numeric + Law + "]" +
        "|[" + LowerAccented + UpperAccented + Box + Currency + Closing + "][" + Opening + "][" + Numeric + "]" +
        "|[" + LowerAccented + UpperAccented + Currency + Numeric + Box + Law + "][" + Closing + "][" + Opening + "]" +
        "|[" + Currency + Numeric + Box + "][" + Opening + "]" +
        "|[a-z][" + UpperAccented + "][" + Opening + Currency + "]" +
        "|[" + Box + "][" + Faces + "]" +
        "|[" + LowerAccented + UpperAccented + Currency + Numeric + Opening + Closing + Law + "][" + Box + "]" +
        "|[" + Box + "][" + Closing + "]" +
        "|[" + LowerAccented + UpperAccented + "][" + Opening + Closing + "]" + AnyWord;

    // Typical sequences, by the character set that the text was wrongly read in.
    private const string Windows1252 =
        "|[Œœ][^A-Za-z]" +
        "|[" + UpperAccented + "]°" +
        @"|[ÂÃÎÐ][€œŠš¢£Ÿž\u00A0\u00AD®©°·»" + Opening + Closing + "–—´]" +
        "|×[²³]" +
        "|(?:[ØÙ][" + Common + Currency + Bad + Numeric + Opening + "ŸŠ®°µ»]){2}" +
        "|à[²µ¹¼½¾]" +
        @"|Ã[\u00A0¡]" +
        "|[a-z]" + AnySpace + "?[ÃÂ] " +
        "|^[ÃÂ] " +
        "|[a-z.,?!" + Closing + "]Â[ " + Opening + Closing + "]";

    private const string OtherSets =
        "|√[±∂†≠®™´≤≥¥µø]|≈[°¢]|‚Ä[ìîïòôúùûü†°¢π]|‚[âó][àäê°]" +
        "|вЂ|[ВГРС][" + C1 + Bad + Opening + Closing + Currency + "°µ][ВГРС]|ГўВЂВ[^\\n][A-Za-z ]" +
        @"|β€[™\u00A0Ά\u00AD®°]|[ΒΓΞΟ][" + C1 + Bad + Opening + Closing + Currency + "°][ΒΓΞΟ]" +
        "|ā€";

    // A letter and a symbol of the basic plane in none of the classes above.
    private const char PlainLetter = 'あ';
    private const char PlainSymbol = '☐';

    /// <summary>True where some of the text looks wrongly decoded.</summary>
    public static bool IsBad(string text) => Suspicious().IsMatch(WithoutSurrogatePairs(text));

    /// <summary>The rules count code points, the regular expression UTF-16 units: each pair becomes one character of its kind.</summary>
    private static string WithoutSurrogatePairs(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(rune.IsBmp ? (char)rune.Value : Rune.IsLetter(rune) || Rune.IsNumber(rune) ? PlainLetter : PlainSymbol);
        }

        return result.ToString();
    }

    [GeneratedRegex(Neighbours + Windows1252 + OtherSets, RegexOptions.CultureInvariant)]
    private static partial Regex Suspicious();
}
