namespace Microsoft.ML.Tokenizers;

/// <summary>What encoding a text gave.</summary>
/// <typeparam name="T">Ids or <see cref="EncodedToken"/>.</typeparam>
public struct EncodeResults<T>
{
    /// <summary>The tokens in the order of the text.</summary>
    public IReadOnlyList<T> Tokens { get; set; }

    /// <summary>The text after normalization, or null where none took place.</summary>
    public string? NormalizedText { get; set; }

    /// <summary>Characters of the (normalized) text that the tokens cover.</summary>
    public int CharsConsumed { get; set; }
}
