using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Splits a text into pieces, each of which is encoded by itself.</summary>
public abstract partial class PreTokenizer
{
    private static PreTokenizer? _wordOrNonWord;

    /// <summary>Lists the pieces of a text in their order; characters between them are dropped.</summary>
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    /// <summary>Lists the pieces of a text in their order; characters between them are dropped.</summary>
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);

    /// <summary>The default: runs of word characters, and runs of characters that are neither word nor white space.</summary>
    /// <param name="specialTokens">Words that are cut out first, or null.</param>
    public static PreTokenizer CreateWordOrNonWord(IReadOnlyDictionary<string, int>? specialTokens = null) => specialTokens is null
        ? _wordOrNonWord ??= new RegexPreTokenizer(WordOrNonWord(), null)
        : new RegexPreTokenizer(WordOrNonWord(), specialTokens);

    [GeneratedRegex(@"\w+|[^\w\s]+", RegexOptions.CultureInvariant)]
    private static partial Regex WordOrNonWord();
}
