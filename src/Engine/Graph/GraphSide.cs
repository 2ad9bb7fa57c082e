namespace OpenSegR.Realtime.Graph;

/// <summary>A declared side of a graph input or output: a number, or a name where it may differ from run to run.</summary>
internal readonly record struct GraphSide
{
    /// <summary>The number; meaningless where <see cref="Name"/> is set.</summary>
    public long Size { get; private init; }

    /// <summary>The name of a free side, or null.</summary>
    public string? Name { get; private init; }

    /// <summary>A side as it is known while the graph is built: its number, or <paramref name="name"/>.</summary>
    public static GraphSide Of(Dim side, string name) => side.IsKnown ? side.Size : name;

    /// <summary>A fixed side.</summary>
    public static implicit operator GraphSide(long size) => new() { Size = size };

    /// <summary>A free side.</summary>
    public static implicit operator GraphSide(string name) => new() { Name = name };
}
