namespace OpenSegR.Realtime.Import;

/// <summary>A Python dict: pairs in the order they were set, later ones win. Nothing is hashed, so a key may be anything.</summary>
internal sealed class PickleDict
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];

    /// <summary>The last value set under a string key, or null.</summary>
    public object? Get(string key)
    {
        for (var i = Items.Count - 1; i >= 0; i--)
        {
            if (Items[i].Key is string name && name == key)
            {
                return Items[i].Value;
            }
        }

        return null;
    }
}

/// <summary>A name that a pickle refers to, already known to be on the allow-list.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public string FullName => Module + "." + Name;
}

/// <summary>Any object that carries no tensors (a numpy scalar, a date, a configuration): taken in and ignored.</summary>
internal sealed class PickleInert
{
    public static PickleInert Instance { get; } = new();
}

/// <summary>A block of tensor memory that a pickle refers to by key.</summary>
/// <param name="Key">Name of the block in the file.</param>
/// <param name="Type">Element type, or null for untyped bytes.</param>
/// <param name="Count">Number of elements (bytes where untyped).</param>
/// <param name="ViewOffset">Elements to skip, where an old file refers to a part of a block.</param>
internal sealed record PickleStorage(string Key, TensorType? Type, long Count, long ViewOffset);

/// <summary>A tensor: a strided view of a block.</summary>
/// <param name="Storage">The block.</param>
/// <param name="Type">Element type.</param>
/// <param name="Offset">First element, counted from the start of the block.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Strides">Distances in elements.</param>
internal sealed record PickleTensor(PickleStorage Storage, TensorType Type, long Offset, int[] Shape, long[] Strides);
