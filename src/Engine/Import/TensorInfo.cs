namespace OpenSegR.Realtime.Import;

/// <summary>Where and what a stored tensor is.</summary>
/// <param name="Name">Its full name, e.g. "void_embedding.weight".</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">Byte position of its first element in the file.</param>
/// <param name="ByteLength">Its length in bytes: little-endian, C order, no padding.</param>
public sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<int> Shape, long Offset, long ByteLength)
    : TensorSpec(Name, Type, Shape);
