using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Takes the matches of a regular expression as pieces.</summary>
public sealed class RegexPreTokenizer : PreTokenizer
{
    private readonly Regex _piece;
    private readonly Regex? _special;

    /// <summary>Creates a pre-tokenizer.</summary>
    /// <param name="regex">Matches one piece.</param>
    /// <param name="specialTokens">Words that are cut out before the expression sees the text between them, or null.</param>
    /// <exception cref="ArgumentNullException"><paramref name="regex"/> is null.</exception>
    public RegexPreTokenizer(Regex regex, IReadOnlyDictionary<string, int>? specialTokens)
    {
        ArgumentNullException.ThrowIfNull(regex);
        _piece = regex;
        if (specialTokens is { Count: > 0 })
        {
            _special = new Regex(string.Join('|', specialTokens.Keys.Select(Regex.Escape)), RegexOptions.CultureInvariant);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) =>
        string.IsNullOrEmpty(text) ? [] : PreTokenize(text.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int Offset, int Length)>();
        var start = 0;
        if (_special is not null)
        {
            foreach (var match in _special.EnumerateMatches(text))
            {
                AddPieces(text, start, match.Index, pieces);
                pieces.Add((match.Index, match.Length));
                start = match.Index + match.Length;
            }
        }

        AddPieces(text, start, text.Length, pieces);
        return pieces;
    }

    private void AddPieces(ReadOnlySpan<char> text, int start, int end, List<(int Offset, int Length)> pieces)
    {
        foreach (var match in _piece.EnumerateMatches(text[start..end]))
        {
            pieces.Add((start + match.Index, match.Length));
        }
    }
}
