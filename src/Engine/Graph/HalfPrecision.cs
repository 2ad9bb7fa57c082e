using OpenSegR.Realtime.Graph.Protos;
using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

namespace OpenSegR.Realtime.Graph;

/// <summary>
/// Turns a graph of single precision into one of half precision, for GPUs: values that were float32 become float16 or bfloat16, but for the
/// nodes named as islands, which keep computing in float32, with casts where the two meet. Inputs, outputs and weights keep their types:
/// weights are cast, which runtimes do once when they load the graph, so the file with them serves every precision.
/// </summary>
internal sealed class HalfPrecision
{
    private readonly GraphProto _graph;
    private readonly IReadOnlySet<string> _islands;
    private readonly DataType _half;
    private readonly Dictionary<string, DataType> _types = [];
    private readonly Dictionary<(string Name, DataType Type), string> _casts = [];
    private readonly List<NodeProto> _nodes = [];

    private HalfPrecision(GraphProto graph, IReadOnlySet<string> islands, DataType half)
    {
        _graph = graph;
        _islands = islands;
        _half = half;
    }

    /// <summary>Converts a graph in place.</summary>
    /// <param name="graph">The graph, its nodes in an order in which they can run.</param>
    /// <param name="islands">Names of the nodes that stay in float32.</param>
    /// <param name="half">Float16 or Bfloat16.</param>
    public static void Convert(GraphProto graph, IReadOnlySet<string> islands, DataType half) => new HalfPrecision(graph, islands, half).Run();

    private void Run()
    {
        foreach (var input in _graph.Input)
        {
            _types[input.Name] = (DataType)input.Type.TensorType.ElemType;
        }

        foreach (var tensor in _graph.Initializer)
        {
            _types[tensor.Name] = (DataType)tensor.DataType;
        }

        var outputs = _graph.Output.Select(output => output.Name).ToHashSet();
        foreach (var node in _graph.Node)
        {
            // The Identity nodes that name the graph's outputs give the types that were declared.
            var single = _islands.Contains(node.Name) || node.Output.Any(outputs.Contains) || IsSingleOnly(node.OpType);
            Convert(node, single ? DataType.Float : _half);
        }

        _graph.Node.Clear();
        _graph.Node.AddRange(_nodes);
    }

    private void Convert(NodeProto node, DataType type)
    {
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (IsReal(node.Input[i]) && node.OpType != "Cast")
            {
                node.Input[i] = As(node.Input[i], StaysSingle(node.OpType, i) ? DataType.Float : type);
            }
        }

        if (node.OpType == "Cast" && node.Attribute.Single().I is (long)DataType.Float)
        {
            node.Attribute.Single().I = (long)type;
        }

        _nodes.Add(node);
        for (var i = 0; i < node.Output.Count; i++)
        {
            _types[node.Output[i]] = OutputType(node, i);
        }
    }

    // The value in the wanted precision: itself, or one cast for all that want it.
    private string As(string name, DataType type)
    {
        if (_types[name] == type)
        {
            return name;
        }

        if (!_casts.TryGetValue((name, type), out var cast))
        {
            cast = _casts[(name, type)] = $"{name}/{(type == _half ? "half" : "single")}";
            var node = new NodeProto { OpType = "Cast", Name = cast, Input = { name }, Output = { cast } };
            node.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (long)type });
            _nodes.Add(node);
            _types[cast] = type;
        }

        return cast;
    }

    private bool IsReal(string name) => name.Length > 0 && (_types[name] == DataType.Float || _types[name] == _half);

    private DataType OutputType(NodeProto node, int output) => node.OpType switch
    {
        "Cast" => (DataType)node.Attribute.Single().I,
        "Shape" or "NonZero" or "ArgMax" => DataType.Int64,
        "TopK" when output == 1 => DataType.Int64,
        "Less" or "Greater" or "GreaterOrEqual" or "And" => DataType.Bool,
        "Where" => _types[node.Input[1]],
        _ => _types[node.Input[0]],
    };

    // What runtimes have in float32 alone on a GPU: the first line in half precision of either kind, the others in bfloat16. ONNX Runtime 1.29's
    // CUDA provider was asked which nodes of each graph it takes: of operator set 22 all but those.
    private bool IsSingleOnly(string op) => op is "GridSample" or "Range" or "Sin" or "Cos"
        || (_half == DataType.Bfloat16
            && op is "Resize" or "ConvTranspose" or "ReduceMax" or "Less" or "Greater" or "GreaterOrEqual" or "ArgMax" or "TopK" or "NonZero");

    // Inputs that are float32 whatever the others are: constants of our own operators (native/cuda/README.md), scales of Resize.
    private static bool StaysSingle(string op, int input) => op switch
    {
        "DepthwiseConv7x7LayerNorm" => input > 0,
        "MSDeformAttnFused" => input == 3, // the reference points; the graph leaves them out today
        "Resize" => input == 2,
        _ => false,
    };
}
