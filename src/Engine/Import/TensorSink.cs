namespace OpenSegR.Realtime.Import;

/// <summary>Takes a piece of a tensor's bytes: little-endian, C order, in any number of pieces, each a whole number of elements.</summary>
/// <param name="piece">Valid only during the call.</param>
public delegate void TensorSink(ReadOnlySpan<byte> piece);
