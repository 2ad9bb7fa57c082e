using OpenSegR.Realtime.Graph.Protos;
using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

namespace OpenSegR.Realtime.Tests.Graph;

/// <summary>
/// Makes a graph in bfloat16 one that the CPU can run: every value that was bfloat16 becomes float32 rounded to it, by a cast there and back.
/// What a GPU rounds within a node, whose sums are float32 as here, is not seen.
/// </summary>
internal static class Bfloat16Emulation
{
    /// <summary>Converts a model in place.</summary>
    public static void Apply(ModelProto model)
    {
        var rounded = new HashSet<string>();
        NodeProto[] nodes = [.. model.Graph.Node];
        model.Graph.Node.Clear();
        foreach (var node in nodes)
        {
            if (IsCast(node, DataType.Bfloat16))
            {
                node.Attribute.Single().I = (long)DataType.Float;
            }
            else if (!RoundsFirstOutput(node, rounded))
            {
                model.Graph.Node.Add(node);
                continue;
            }

            // Nodes that only move values give what is rounded already.
            var moves = node.OpType is "Reshape" or "Transpose" or "Concat" or "Slice" or "Gather" or "Squeeze" or "Unsqueeze" or "Split" or "Expand";
            var count = node.OpType == "TopK" ? 1 : node.Output.Count;
            model.Graph.Node.Add(node);
            for (var i = 0; i < count; i++)
            {
                var name = node.Output[i];
                rounded.Add(name);
                if (!moves)
                {
                    node.Output[i] = name + "/exact";
                    model.Graph.Node.Add(Cast(name + "/exact", name + "/bf16", DataType.Bfloat16));
                    model.Graph.Node.Add(Cast(name + "/bf16", name, DataType.Float));
                }
            }
        }
    }

    /// <summary>Names of the operators that compute in bfloat16.</summary>
    public static IReadOnlySet<string> Operators(ModelProto model)
    {
        var rounded = new HashSet<string>();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var node in model.Graph.Node)
        {
            if (RoundsFirstOutput(node, rounded))
            {
                names.Add(node.OpType);
            }
            else if (!IsCast(node, DataType.Bfloat16))
            {
                if (node.OpType != "Cast" && node.Input.Any(rounded.Contains))
                {
                    names.Add(node.OpType);
                }

                continue;
            }

            rounded.UnionWith(node.OpType == "TopK" ? node.Output.Take(1) : node.Output);
        }

        return names;
    }

    private static bool IsCast(NodeProto node, DataType type) => node.OpType == "Cast" && node.Attribute.Single().I == (long)type;

    private static bool RoundsFirstOutput(NodeProto node, HashSet<string> rounded) =>
        node.OpType is not ("Cast" or "Shape" or "NonZero" or "ArgMax" or "Less" or "Greater" or "GreaterOrEqual")
        && node.Input.Count > 0 && rounded.Contains(node.Input[node.OpType == "Where" ? 1 : 0]);

    private static NodeProto Cast(string from, string to, DataType type)
    {
        var node = new NodeProto { OpType = "Cast", Name = to + "/cast", Input = { from }, Output = { to } };
        node.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (long)type });
        return node;
    }
}
