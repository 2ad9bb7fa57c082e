namespace Microsoft.ML.Tokenizers;

/// <summary>What a <see cref="BpeTokenizer"/> is made of.</summary>
public sealed class BpeOptions
{
    /// <summary>Creates options.</summary>
    /// <param name="vocabulary">Every token and its id.</param>
    /// <exception cref="ArgumentNullException"><paramref name="vocabulary"/> is null.</exception>
    public BpeOptions(IEnumerable<KeyValuePair<string, int>> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
    }

    /// <summary>Every token and its id.</summary>
    public IEnumerable<KeyValuePair<string, int>> Vocabulary { get; }

    /// <summary>Pairs of tokens that may be joined, "left right", the earlier the stronger.</summary>
    public IEnumerable<string>? Merges { get; set; }

    /// <summary>Pieces that are one token as they are.</summary>
    public IReadOnlyDictionary<string, int>? SpecialTokens { get; set; }

    /// <summary>Rewrites the text first, or null.</summary>
    public Normalizer? Normalizer { get; set; }

    /// <summary>Splits the text, or null for <see cref="PreTokenizer.CreateWordOrNonWord"/>.</summary>
    public PreTokenizer? PreTokenizer { get; set; }

    /// <summary>Marks the last symbol of a piece, e.g. "&lt;/w&gt;", or null.</summary>
    public string? EndOfWordSuffix { get; set; }

    /// <summary>True where the symbols are printable stand-ins for the bytes of the text in UTF-8.</summary>
    public bool ByteLevel { get; set; }
}
