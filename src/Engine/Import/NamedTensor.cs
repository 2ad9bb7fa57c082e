using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Import;

/// <summary>A tensor in memory, on its way into a file.</summary>
public sealed record NamedTensor : TensorSpec
{
    private NamedTensor(string name, TensorType type, IReadOnlyList<int> shape, Action<Stream> write) : base(name, type, shape) => WriteTo = write;

    /// <summary>Writes the elements, little-endian in C order.</summary>
    internal Action<Stream> WriteTo { get; }

    /// <summary>Names an array of values; the array is not copied and must not change before it is written.</summary>
    /// <typeparam name="T">float, Half, double, long, int, short, sbyte, byte or bool.</typeparam>
    /// <param name="name">Full name of the tensor.</param>
    /// <param name="values">All elements in C order.</param>
    /// <param name="shape">Sizes, outermost first; none for a scalar.</param>
    /// <exception cref="ArgumentException">The shape does not hold that many elements, or the type cannot be stored.</exception>
    public static NamedTensor From<T>(string name, ReadOnlyMemory<T> values, params IReadOnlyList<int> shape) where T : unmanaged
    {
        var type = TensorTypes.Of<T>() ?? throw new ArgumentException($"{typeof(T).Name} cannot be stored as a tensor", nameof(values));
        if (!TryCount(shape, out var count) || count != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill tensor '{name}' of shape {FormatShape(shape)}", nameof(shape));
        }

        return new NamedTensor(name, type, shape, stream => Write(stream, values.Span));
    }

    /// <inheritdoc cref="From{T}(string, ReadOnlyMemory{T}, IReadOnlyList{int})"/>
    public static NamedTensor From<T>(string name, T[] values, params IReadOnlyList<int> shape) where T : unmanaged =>
        From(name, new ReadOnlyMemory<T>(values), shape);

    private static void Write<T>(Stream stream, ReadOnlySpan<T> values) where T : unmanaged
    {
        // Pieces, because a span of bytes cannot be longer than 2 GB while an array of values can.
        const int Piece = 1 << 20;
        for (var i = 0; i < values.Length; i += Piece)
        {
            stream.Write(MemoryMarshal.AsBytes(values.Slice(i, Math.Min(Piece, values.Length - i))));
        }
    }
}
