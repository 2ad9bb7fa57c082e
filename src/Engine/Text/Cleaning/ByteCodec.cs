namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// A single-byte character set: ASCII below, a table of its own above. The "sloppy" ones decode bytes that the standard leaves open as the
/// control character of the same number, as browsers do, and use byte 0x1A for U+FFFD, a character that was lost earlier (ftfy,
/// bad_codecs/sloppy.py).
/// </summary>
internal sealed class ByteCodec
{
    /// <summary>Stands for U+FFFD in a sloppy character set.</summary>
    public const byte Lost = 0x1A;

    // Bytes 0x80 to 0xFF; '.' where the standard assigns nothing, or the control character of the same number.
    private const string Windows1252Upper =
        "€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ\u00A0¡¢£¤¥¦§¨©ª«¬\u00AD®¯°±²³´µ¶·¸¹º»¼½¾¿" +
        "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

    private const string Windows1251Upper =
        "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—.™љ›њќћџ\u00A0ЎўЈ¤Ґ¦§Ё©Є«¬\u00AD®Ї°±Ііґµ¶·ё№є»јЅѕї" +
        "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя";

    private const string Windows1250Upper =
        "€.‚.„…†‡.‰Š‹ŚŤŽŹ.‘’“”•–—.™š›śťžź\u00A0ˇ˘Ł¤Ą¦§¨©Ş«¬\u00AD®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż" +
        "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";

    private const string Windows1253Upper =
        "€.‚ƒ„…†‡.‰.‹.....‘’“”•–—.™.›....\u00A0΅Ά£¤¥¦§¨©.«¬\u00AD®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ" +
        "ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ.ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ.";

    private const string Windows1254Upper =
        "€.‚ƒ„…†‡ˆ‰Š‹Œ....‘’“”•–—˜™š›œ..Ÿ\u00A0¡¢£¤¥¦§¨©ª«¬\u00AD®¯°±²³´µ¶·¸¹º»¼½¾¿" +
        "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ";

    private const string Windows1257Upper =
        "€.‚.„…†‡.‰.‹.¨ˇ¸.‘’“”•–—.™.›.¯˛.\u00A0.¢£¤.¦§Ø©Ŗ«¬\u00AD®Æ°±²³´µ¶·ø¹ŗ»¼½¾æ" +
        "ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙";

    private const string Iso88592Upper =
        "................................\u00A0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u00ADŽŻ°ą˛ł´ľśˇ¸šşťź˝žż" +
        "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";

    private const string MacRomanUpper =
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø" +
        "¿¡¬√ƒ≈∆«»…\u00A0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uF8FFÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

    private const string Cp437Upper =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

    private static readonly ByteCodec Windows1252 = new(Windows1252Upper, isSloppy: true);

    private readonly char[] _characters = new char[256];
    private readonly Dictionary<char, byte> _bytes = new(256);

    private ByteCodec(string upper, bool isSloppy, bool isMacRoman = false)
    {
        IsSloppy = isSloppy;
        IsMacRoman = isMacRoman;
        for (var value = 0; value < 256; value++)
        {
            var c = value < 0x80 || upper[value - 0x80] == '.' ? (char)value : upper[value - 0x80];
            _characters[value] = isSloppy && value == Lost ? '\uFFFD' : c;
            _bytes[_characters[value]] = (byte)value;
        }
    }

    /// <summary>ISO 8859-1.</summary>
    public static ByteCodec Latin1 { get; } = new(new string('.', 128), isSloppy: false);

    /// <summary>The character sets that text is most often wrongly read in, in the order in which they are tried (ftfy, chardata.py).</summary>
    public static IReadOnlyList<ByteCodec> Candidates { get; } =
    [
        Latin1,
        Windows1252,
        new(Windows1251Upper, isSloppy: true),
        new(Windows1250Upper, isSloppy: true),
        new(Windows1253Upper, isSloppy: true),
        new(Windows1254Upper, isSloppy: true),
        new(Windows1257Upper, isSloppy: true),
        new(Iso88592Upper, isSloppy: false),
        new(MacRomanUpper, isSloppy: false, isMacRoman: true),
        new(Cp437Upper, isSloppy: false),
    ];

    /// <summary>The candidates that agree with Latin-1 on which bytes are letters; they tell which characters may be parts of UTF-8.</summary>
    public static IEnumerable<ByteCodec> Latin1Like => Candidates.Where(codec => codec.IsSloppy || codec == Latin1);

    /// <summary>True where open bytes and lost characters have a place.</summary>
    public bool IsSloppy { get; }

    /// <summary>True for Mac OS Roman, in which a byte 0xCA would be a blank of its own.</summary>
    public bool IsMacRoman { get; }

    /// <summary>The character of a byte.</summary>
    public char Decode(byte value) => _characters[value];

    /// <summary>A C1 control character as the Windows-1252 character of that byte; open bytes stay.</summary>
    public static char FromC1(char control) => Windows1252.Decode((byte)control);

    /// <summary>True where Windows-1252 assigns a character to the byte.</summary>
    public static bool IsWindows1252(byte value) => value < 0x80 || Windows1252Upper[value - 0x80] != '.';

    /// <summary>Encodes a text, or returns null where it has a character that the set lacks.</summary>
    public byte[]? Encode(string text)
    {
        var bytes = new byte[text.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!_bytes.TryGetValue(text[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }
}
