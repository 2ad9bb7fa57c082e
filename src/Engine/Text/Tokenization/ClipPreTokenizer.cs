using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace OpenSegR.Realtime.Text.Tokenization;

/// <summary>
/// Splits a cleaned text as CLIP's expression does, case ignored:
/// <c>&lt;start_of_text&gt;|&lt;end_of_text&gt;|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>.
/// </summary>
/// <remarks>By hand, because .NET's expressions see UTF-16 units: letters and digits beyond the basic plane would not be found.</remarks>
internal sealed class ClipPreTokenizer : PreTokenizer
{
    /// <summary>The literal word for the start of a text.</summary>
    public const string StartOfText = "<start_of_text>";

    /// <summary>The literal word for the end of a text.</summary>
    public const string EndOfText = "<end_of_text>";

    // A mark whose other case is a letter: with case ignored it is neither a letter nor anything else, so no piece takes it.
    private const int IotaSubscript = 0x345;

    private static readonly string[] Words = [StartOfText, EndOfText, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        None,
        Letter,
        Number,
        Other,
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int Offset, int Length)>();
        for (var start = 0; start < text.Length;)
        {
            var length = WordLength(text[start..]);
            if (length == 0)
            {
                var kind = KindAt(text[start..], out length);
                if (kind is Kind.Letter or Kind.Other)
                {
                    while (start + length < text.Length && KindAt(text[(start + length)..], out var next) == kind)
                    {
                        length += next;
                    }
                }

                if (kind == Kind.None)
                {
                    start += length;
                    continue;
                }
            }

            pieces.Add((start, length));
            start += length;
        }

        return pieces;
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        if (text[0] is not ('\'' or '<'))
        {
            return 0;
        }

        foreach (var word in Words)
        {
            if (text.Length >= word.Length && EqualsIgnoringCase(text[..word.Length], word))
            {
                return word.Length;
            }
        }

        return 0;
    }

    private static bool EqualsIgnoringCase(ReadOnlySpan<char> text, string word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            // The long s is the only other character that equals one of these words' letters when case is ignored.
            if (char.ToLowerInvariant(text[i]) != word[i] && !(word[i] == 's' && text[i] == 'ſ'))
            {
                return false;
            }
        }

        return true;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, out int length)
    {
        if (char.IsAscii(text[0]))
        {
            length = 1;
            return char.IsAsciiLetter(text[0]) ? Kind.Letter
                : char.IsAsciiDigit(text[0]) ? Kind.Number
                : text[0] is ' ' or (>= '\t' and <= '\r') ? Kind.None : Kind.Other;
        }

        Rune.DecodeFromUtf16(text, out var rune, out length);
        return Rune.IsWhiteSpace(rune) || rune.Value == IotaSubscript ? Kind.None
            : Rune.GetUnicodeCategory(rune) switch
            {
                <= UnicodeCategory.OtherLetter => Kind.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
                _ => Kind.Other,
            };
    }
}
