using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph;

/// <summary>
/// Turns intermediate values into extra graph outputs under the names and shapes of the reference, for the names that were asked for.
/// A value that only a dump needs is computed only where it is asked for.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="requested">Names to add; others are ignored.</param>
internal sealed class GraphDumps(GraphBuilder graph, IReadOnlySet<string> requested)
{
    private readonly HashSet<string> _added = [];

    /// <summary>Names asked for that the network never offered.</summary>
    public IEnumerable<string> Missing => requested.Where(name => !_added.Contains(name));

    /// <summary>True where the name was asked for.</summary>
    public bool Wants(string name) => requested.Contains(name);

    /// <summary>Offers a value in the reference's shape.</summary>
    public void Add(string name, Func<Value> make, TensorProto.Types.DataType type, params ReadOnlySpan<GraphSide> sides)
    {
        if (Wants(name) && _added.Add(name))
        {
            graph.Output(name, make(), type, sides);
        }
    }

    /// <summary>Offers a feature map as the reference's [1, C, h, w].</summary>
    public void Add(string name, FeatureMap map) => Add(
        name,
        () => graph.Reshape(graph.Transpose(map.Tokens, 1, 0), 1, map.Channels, map.Height, map.Width),
        TensorProto.Types.DataType.Float,
        1,
        map.Channels,
        GraphSide.Of(map.Height, name + ".height"),
        GraphSide.Of(map.Width, name + ".width"));

    /// <summary>Offers a value [C, h*w], channels first, as the reference's [1, C, h, w].</summary>
    public void AddChannelsFirst(string name, Func<Value> make, int channels, Dim height, Dim width) => Add(
        name,
        () => graph.Reshape(make(), 1, channels, height, width),
        TensorProto.Types.DataType.Float,
        1,
        channels,
        GraphSide.Of(height, name + ".height"),
        GraphSide.Of(width, name + ".width"));
}
