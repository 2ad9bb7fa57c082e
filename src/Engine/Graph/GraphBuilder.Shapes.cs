using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph;

/// <summary>Sides: reading, arithmetic, and operators that take shapes.</summary>
internal sealed partial class GraphBuilder
{
    /// <summary>The side of a value along an axis, computed when the graph runs.</summary>
    public Dim DimOf(Value value, int axis) =>
        new(Node("Shape", [value], ("start", axis), ("end", axis + 1)));

    /// <summary>Product of two sides.</summary>
    public Dim Multiply(Dim a, Dim b)
    {
        if (a.IsKnown && b.IsKnown)
        {
            return a.Size * b.Size;
        }

        return new Dim(Mul(ToVector(a), ToVector(b)));
    }

    /// <summary>A side divided by a number that divides it.</summary>
    public Dim Divide(Dim a, long divisor) =>
        a.IsKnown ? a.Size / divisor : new Dim(Div(ToVector(a), Vector(divisor)));

    /// <summary>Sum of two sides.</summary>
    public Dim Sum(Dim a, Dim b)
    {
        if (a.IsKnown && b.IsKnown)
        {
            return a.Size + b.Size;
        }

        return new Dim(Add(ToVector(a), ToVector(b)));
    }

    /// <summary>A side as an int64 value of shape [1].</summary>
    public Value ToVector(Dim side) => side.Computed ?? Vector(side.Size);

    /// <summary>Sides as one int64 vector.</summary>
    public Value ToVector(params ReadOnlySpan<Dim> sides)
    {
        var allKnown = true;
        foreach (var side in sides)
        {
            allKnown &= side.IsKnown;
        }

        if (allKnown)
        {
            var sizes = new long[sides.Length];
            for (var i = 0; i < sizes.Length; i++)
            {
                sizes[i] = sides[i].Size;
            }

            return Vector(sizes);
        }

        var parts = new Value[sides.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = ToVector(sides[i]);
        }

        return parts.Length == 1 ? parts[0] : Concat(0, parts);
    }

    /// <summary>A side as a float32 value of shape [1].</summary>
    public Value ToFloat(Dim side) =>
        side.IsKnown ? Constant([(float)side.Size], 1) : Cast(ToVector(side), TensorProto.Types.DataType.Float);

    /// <summary>The same values under another shape; one side may be <see cref="Dim.Infer"/>.</summary>
    public Value Reshape(Value value, params ReadOnlySpan<Dim> sides) => Node("Reshape", [value, ToVector(sides)]);

    /// <summary>The numbers 0 to count - 1 as float32 [count].</summary>
    public Value Range(Dim count)
    {
        var end = count.IsKnown ? Scalar((float)count.Size) : Squeeze(ToFloat(count), 0);
        return Node("Range", [Scalar(0f), end, Scalar(1f)]);
    }

    /// <summary>Mean over squares of <paramref name="side"/> pixels of [N, C, h, w]; a remainder is dropped.</summary>
    public Value AveragePool(Value value, long side) =>
        Node("AveragePool", [value], ("kernel_shape", new long[] { side, side }), ("strides", new long[] { side, side }));

    /// <summary>
    /// The same resize with channels last, one of this project's own operators: [1, h, w, C] to [1, height, width, C], plus an optional
    /// value of that shape.
    /// </summary>
    public Value ResizeBilinearChannelsLast(Value value, Dim height, Dim width, Value? residual = null) =>
        CustomNode("ResizeBilinear", residual is { } added ? [value, ToVector(height, width), added] : [value, ToVector(height, width)]);

    /// <summary>Bilinear resize of [1, C, h, w] to [1, C, height, width]: half-pixel centres, no antialiasing, as torch's interpolate.</summary>
    public Value ResizeBilinear(Value value, Dim channels, Dim height, Dim width) => Node(
        "Resize",
        [value, Value.None, Value.None, ToVector(1, channels, height, width)],
        ("mode", "linear"),
        ("coordinate_transformation_mode", "half_pixel"));
}
