namespace Silk.NET.Maths;

/// <summary>Two numbers.</summary>
public struct Vector2D<T> : IEquatable<Vector2D<T>>
    where T : unmanaged, IFormattable, IEquatable<T>, IComparable<T>
{
    /// <summary>First component.</summary>
    public T X;

    /// <summary>Second component.</summary>
    public T Y;

    /// <summary>Creates a vector.</summary>
    public Vector2D(T x, T y)
    {
        X = x;
        Y = y;
    }

    /// <summary>True where both components are equal.</summary>
    public static bool operator ==(Vector2D<T> left, Vector2D<T> right) => left.Equals(right);

    /// <summary>True where a component differs.</summary>
    public static bool operator !=(Vector2D<T> left, Vector2D<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public readonly bool Equals(Vector2D<T> other) => X.Equals(other.X) && Y.Equals(other.Y);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Vector2D<T> other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(X, Y);

    /// <inheritdoc/>
    public override readonly string ToString() => $"<{X}, {Y}>";
}
