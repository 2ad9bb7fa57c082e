namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// What ftfy.fix_text (6.3, default options) makes of a text: the first step of CLIP's cleaning. Ported by behaviour from
/// rspeer/python-ftfy, Apache-2.0.
/// </summary>
internal static class TextRepair
{
    // Longer lines are repaired in parts of this many characters, as ftfy does.
    private const int LongestSegment = 1_000_000;

    /// <summary>Repairs every line by itself. References such as "&amp;amp;" are read up to the first line that holds a "&lt;".</summary>
    public static string Fix(string text)
    {
        var unescape = true;
        var segments = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var lineBreak = text.IndexOf('\n', start);
            var end = lineBreak < 0 ? text.Length : lineBreak + 1;
            end = Math.Min(end, start + LongestSegment);
            var segment = start == 0 && end == text.Length ? text : text[start..end];

            // A "<" says that this is HTML, where references are meant to stay; ftfy then stops for the rest of the text.
            unescape &= !segment.Contains('<', StringComparison.Ordinal);
            segments.Add(FixSegment(segment, unescape));
            start = end;
        }

        return segments.Count == 1 ? segments[0] : string.Concat(segments);
    }

    private static string FixSegment(string text, bool unescape)
    {
        while (true)
        {
            var original = text;
            text = unescape ? HtmlReferences.UnescapeStrict(text) : text;
            text = EncodingRepair.Fix(text);
            text = EncodingRepair.FixC1Controls(text);
            text = CharacterRepair.SplitLigatures(text);
            text = CharacterRepair.NormalizeWidth(text);
            text = CharacterRepair.StraightenQuotes(text);
            text = CharacterRepair.NormalizeLineBreaks(text);
            text = CharacterRepair.ReplaceUnpairedSurrogates(text);
            text = CharacterRepair.RemoveTerminalEscapes(text);
            text = CharacterRepair.RemoveControls(text);
            text = CanonicalComposition.Compose(text);
            if (text == original)
            {
                return text;
            }
        }
    }
}
