namespace OpenSegR.Realtime.Import;

/// <summary>What a tensor is, before it is stored anywhere.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
public record TensorSpec(string Name, TensorType Type, IReadOnlyList<int> Shape)
{
    /// <summary>Most axes that a tensor may have.</summary>
    public const int MaxRank = 16;

    /// <summary>Number of elements.</summary>
    public long Count => TryCount(Shape, out var count) ? count : throw new OverflowException($"tensor '{Name}' of shape {ShapeText} is too large");

    /// <summary>Length in bytes: little-endian, C order, no padding.</summary>
    public long ByteCount => checked(Count * Type.ByteSize());

    /// <summary>The shape as people write it: "[64, 3, 4, 4]".</summary>
    public string ShapeText => FormatShape(Shape);

    /// <summary>A shape as people write it.</summary>
    public static string FormatShape(IEnumerable<int> shape) => "[" + string.Join(", ", shape) + "]";

    /// <summary>Number of elements of a shape; false where it has a negative side, too many axes or more bytes than a file can have.</summary>
    public static bool TryCount(IReadOnlyList<int> shape, out long count)
    {
        count = 1;
        if (shape.Count > MaxRank)
        {
            return false;
        }

        foreach (var side in shape)
        {
            // Limited so that the product with the largest element size still fits.
            if (side < 0 || (side > 0 && count > long.MaxValue / 16 / side))
            {
                return false;
            }

            count *= side;
        }

        return true;
    }
}
