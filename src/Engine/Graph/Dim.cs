namespace OpenSegR.Realtime.Graph;

/// <summary>
/// A side of a tensor: a number known while the graph is built, or an int64 value of shape [1] computed when it runs. Arithmetic
/// (<see cref="GraphBuilder.Divide(Dim, long)"/>, <see cref="GraphBuilder.Multiply(Dim, Dim)"/>) stays a number where it can, so that one
/// description of a network yields a graph of fixed size or of any size.
/// </summary>
internal readonly record struct Dim
{
    private readonly long _size;

    /// <summary>Creates a known side.</summary>
    public Dim(long size) => _size = size;

    /// <summary>Creates a side that is computed when the graph runs. <paramref name="computed"/> is int64 [1].</summary>
    public Dim(Value computed)
    {
        _size = -1;
        Computed = computed;
    }

    /// <summary>Lets Reshape work the side out from the number of elements.</summary>
    public static Dim Infer { get; } = new(-1);

    /// <summary>The int64 [1] value that holds the side, or null where <see cref="Size"/> is known.</summary>
    public Value? Computed { get; }

    /// <summary>True where <see cref="Size"/> can be read.</summary>
    public bool IsKnown => Computed is null;

    /// <summary>The side as a number.</summary>
    /// <exception cref="InvalidOperationException">It is only known when the graph runs.</exception>
    public long Size => IsKnown ? _size : throw new InvalidOperationException("this side is only known when the graph runs");

    /// <summary>A known side.</summary>
    public static implicit operator Dim(long size) => new(size);
}
