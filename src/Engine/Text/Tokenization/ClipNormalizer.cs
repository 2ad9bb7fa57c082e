using Microsoft.ML.Tokenizers;
using OpenSegR.Realtime.Text.Cleaning;

namespace OpenSegR.Realtime.Text.Tokenization;

/// <summary>
/// CLIP's cleaning of a text (open_clip, tokenizer.py, "lower"): ftfy, HTML references twice, white space, lower case.
/// </summary>
internal sealed class ClipNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override string Normalize(string original)
    {
        if (IsPlain(original))
        {
            return original;
        }

        var text = TextRepair.Fix(original);
        text = HtmlReferences.Unescape(HtmlReferences.Unescape(text));
        return PythonText.Lower(PythonText.CollapseSpace(text));
    }

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());

    /// <summary>Most prompts need no cleaning: printable lower-case ASCII without references, with single blanks inside.</summary>
    private static bool IsPlain(string text)
    {
        var previous = ' ';
        foreach (var c in text)
        {
            if (c is < ' ' or > '~' or '&' or (>= 'A' and <= 'Z') || (c == ' ' && previous == ' '))
            {
                return false;
            }

            previous = c;
        }

        return previous != ' ' || text.Length == 0;
    }
}
