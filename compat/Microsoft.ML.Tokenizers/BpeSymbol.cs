namespace Microsoft.ML.Tokenizers;

/// <summary>A token of a piece, from the character at Start to the one before End.</summary>
internal readonly record struct BpeSymbol(int Id, int Start, int End);
