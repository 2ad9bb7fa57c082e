namespace Microsoft.ML.Tokenizers;

/// <summary>How a text is encoded.</summary>
public struct EncodeSettings
{
    /// <summary>Creates settings without a limit on the number of tokens.</summary>
    public EncodeSettings() => MaxTokenCount = int.MaxValue;

    /// <summary>Whether the tokenizer's normalizer runs first.</summary>
    public bool ConsiderNormalization { get; set; }

    /// <summary>Whether the tokenizer's pre-tokenizer splits the text.</summary>
    public bool ConsiderPreTokenization { get; set; }

    /// <summary>Most tokens to produce, at least 1.</summary>
    public int MaxTokenCount { get; set; }
}
