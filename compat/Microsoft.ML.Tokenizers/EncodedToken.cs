namespace Microsoft.ML.Tokenizers;

/// <summary>A token found in a text.</summary>
/// <param name="id">Its number in the vocabulary.</param>
/// <param name="value">Its spelling in the vocabulary.</param>
/// <param name="offset">The characters of the (normalized) text that it stands for.</param>
public readonly struct EncodedToken(int id, string value, Range offset)
{
    /// <summary>Number in the vocabulary.</summary>
    public int Id { get; } = id;

    /// <summary>Spelling in the vocabulary.</summary>
    public string Value { get; } = value;

    /// <summary>The characters of the (normalized) text that the token stands for.</summary>
    public Range Offset { get; } = offset;
}
