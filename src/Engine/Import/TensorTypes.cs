namespace OpenSegR.Realtime.Import;

/// <summary>Facts about element types.</summary>
public static class TensorTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int ByteSize(this TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 => 8,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.F16 or TensorType.BF16 or TensorType.I16 => 2,
        TensorType.I8 or TensorType.U8 or TensorType.BOOL => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a tensor type"),
    };

    /// <summary>True for the four floating-point types.</summary>
    public static bool IsFloat(this TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64;

    /// <summary>The type that stores <typeparamref name="T"/>, or null where none does.</summary>
    public static TensorType? Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return TensorType.F32;
        if (typeof(T) == typeof(Half)) return TensorType.F16;
        if (typeof(T) == typeof(double)) return TensorType.F64;
        if (typeof(T) == typeof(long)) return TensorType.I64;
        if (typeof(T) == typeof(int)) return TensorType.I32;
        if (typeof(T) == typeof(short)) return TensorType.I16;
        if (typeof(T) == typeof(sbyte)) return TensorType.I8;
        if (typeof(T) == typeof(byte)) return TensorType.U8;
        if (typeof(T) == typeof(bool)) return TensorType.BOOL;
        return null;
    }

    /// <summary>Parses a name of the safetensors format, e.g. "BF16"; false for types that this engine does not read.</summary>
    public static bool TryParse(string name, out TensorType type)
    {
        foreach (var candidate in Enum.GetValues<TensorType>())
        {
            // Not Enum.TryParse: it also takes numbers and lists of names.
            if (candidate.ToString() == name)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }
}
