namespace Microsoft.ML.Tokenizers;

/// <summary>Turns text into the token ids that a language model was trained with.</summary>
public abstract class Tokenizer
{
    /// <summary>Creates a tokenizer.</summary>
    protected Tokenizer()
    {
    }

    /// <summary>Splits the text before it is encoded, or null.</summary>
    public virtual PreTokenizer? PreTokenizer => null;

    /// <summary>Rewrites the text before it is split, or null.</summary>
    public virtual Normalizer? Normalizer => null;

    /// <summary>Encodes a text to ids.</summary>
    /// <returns>Ids in the order of the text.</returns>
    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization)).Tokens;

    /// <summary>Encodes a text to ids.</summary>
    /// <returns>Ids in the order of the text.</returns>
    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    /// <summary>Encodes the beginning of a text, up to a number of ids.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxTokenCount">Most ids to produce, at least 1.</param>
    /// <param name="normalizedText">The text after normalization, or null where none took place.</param>
    /// <param name="charsConsumed">Characters of the (normalized) text that the ids cover.</param>
    /// <param name="considerPreTokenization">Whether the pre-tokenizer splits the text.</param>
    /// <param name="considerNormalization">Whether the normalizer runs first.</param>
    /// <returns>Ids in the order of the text.</returns>
    public IReadOnlyList<int> EncodeToIds(
        string text,
        int maxTokenCount,
        out string? normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var result = EncodeToIds(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        normalizedText = result.NormalizedText;
        charsConsumed = result.CharsConsumed;
        return result.Tokens;
    }

    /// <summary>Encodes a text to tokens with their spelling and place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="normalizedText">The text after normalization, or null where none took place.</param>
    /// <param name="considerPreTokenization">Whether the pre-tokenizer splits the text.</param>
    /// <param name="considerNormalization">Whether the normalizer runs first.</param>
    /// <returns>Tokens in the order of the text.</returns>
    public IReadOnlyList<EncodedToken> EncodeToTokens(
        string text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToTokens(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization));
        normalizedText = result.NormalizedText;
        return result.Tokens;
    }

    /// <summary>Counts the tokens of a text.</summary>
    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization));

    /// <summary>Encodes to ids; by default from the tokens.</summary>
    /// <param name="text">The text, or null where only <paramref name="textSpan"/> is given.</param>
    /// <param name="textSpan">The same text.</param>
    /// <param name="settings">How to encode it.</param>
    protected virtual EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var result = EncodeToTokens(text, textSpan, settings);
        return new EncodeResults<int>
        {
            Tokens = result.Tokens.Select(token => token.Id).ToArray(),
            NormalizedText = result.NormalizedText,
            CharsConsumed = result.CharsConsumed,
        };
    }

    /// <summary>Encodes to tokens.</summary>
    /// <param name="text">The text, or null where only <paramref name="textSpan"/> is given.</param>
    /// <param name="textSpan">The same text.</param>
    /// <param name="settings">How to encode it.</param>
    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    /// <summary>Counts tokens; by default by encoding.</summary>
    /// <param name="text">The text, or null where only <paramref name="textSpan"/> is given.</param>
    /// <param name="textSpan">The same text.</param>
    /// <param name="settings">How to encode it.</param>
    protected virtual int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToIds(text, textSpan, settings).Tokens.Count;

    private static EncodeSettings Settings(bool split, bool normalize, int limit = int.MaxValue) =>
        new() { ConsiderPreTokenization = split, ConsiderNormalization = normalize, MaxTokenCount = limit };
}
