namespace OpenSegR.Realtime.Graph;

/// <summary>A tensor inside a graph under construction: a graph input, an initializer or the output of a node.</summary>
/// <param name="Name">Its unique name in the graph; empty for an optional input that is left out.</param>
internal readonly record struct Value(string Name)
{
    /// <summary>An optional input that is left out.</summary>
    public static Value None { get; } = new("");
}
