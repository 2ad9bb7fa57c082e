using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Graph.Sed;

/// <summary>The shapes in which the SED reference tensors are recorded.</summary>
internal static class SedDumps
{
    /// <summary>Offers [T, C, h, w] as it is.</summary>
    public static void Maps(GraphDumps dumps, string name, Func<Value> make, int channels) =>
        dumps.Add(name, make, TensorProto.Types.DataType.Float, name + ".classes", channels, name + ".height", name + ".width");

    /// <summary>Offers [T, C, h, w] as [1, C, T, h, w].</summary>
    public static void Classes(GraphBuilder graph, GraphDumps dumps, string name, Func<Value> make, int channels) => dumps.Add(
        name,
        () => graph.Unsqueeze(graph.Transpose(make(), 1, 0, 2, 3), 0),
        TensorProto.Types.DataType.Float,
        1,
        channels,
        name + ".classes",
        name + ".height",
        name + ".width");

    /// <summary>Offers one map a class, [T, 1, h, w], as [1, T, h, w].</summary>
    public static void Masks(GraphBuilder graph, GraphDumps dumps, string name, Func<Value> make) => dumps.Add(
        name,
        () => graph.Transpose(make(), 1, 0, 2, 3),
        TensorProto.Types.DataType.Float,
        1,
        name + ".classes",
        name + ".height",
        name + ".width");
}
