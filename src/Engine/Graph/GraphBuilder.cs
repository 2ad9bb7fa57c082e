using System.Runtime.InteropServices;
using Google.Protobuf;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Graph;

/// <summary>
/// Writes one ONNX graph, node by node, in an order in which it can run. Weights become external data that points into the model folder's
/// weights file; nothing is copied. The methods for single operators are in GraphBuilder.Operators.cs, those for sides in
/// GraphBuilder.Shapes.cs; layers and networks are built on top.
/// </summary>
internal sealed partial class GraphBuilder
{
    /// <summary>Operator set of the standard operators: the first with Gelu, within reach of TensorRT 10 and every current runtime.</summary>
    public const int OperatorSet = 20;

    /// <summary>Domain of this project's own operators (native/cpu/README.md).</summary>
    public const string CustomDomain = "segr";

    // ONNX IR 9 belongs to operator set 20.
    private const int IrVersion = 9;

    private readonly GraphProto _graph;
    private readonly WeightTable _weights;
    private readonly Dictionary<string, int> _names = [];
    private readonly Dictionary<string, Value> _weightValues = [];
    private readonly Dictionary<ConstantKey, Value> _constants = [];
    private readonly Dictionary<string, Value[]> _nodes = [];
    private readonly Stack<string> _scopes = new();
    private readonly HashSet<string> _single = [];
    private int _singleDepth;
    private bool _usesCustomDomain;

    /// <summary>Starts an empty graph over a weights file.</summary>
    public GraphBuilder(string name, WeightTable weights, GraphOperators operators = default)
    {
        _graph = new GraphProto { Name = name };
        _weights = weights;
        Operators = operators;
    }

    /// <summary>The operators that layers may use.</summary>
    public GraphOperators Operators { get; }

    /// <summary>The weights file that the graph points into.</summary>
    public WeightTable Weights => _weights;

    /// <summary>Declares a graph input. A side of -1 is named after <paramref name="sides"/>' text, e.g. "height".</summary>
    /// <param name="name">Name of the input.</param>
    /// <param name="type">Element type.</param>
    /// <param name="sides">Each a number, or a name for a side that may differ from run to run.</param>
    public Value Input(string name, TensorProto.Types.DataType type, params ReadOnlySpan<GraphSide> sides)
    {
        _graph.Input.Add(Describe(name, type, sides));
        return new Value(Claim(name));
    }

    /// <summary>Declares a graph output; <paramref name="value"/> is copied to that name by an Identity, which runtimes remove.</summary>
    public void Output(string name, Value value, TensorProto.Types.DataType type, params ReadOnlySpan<GraphSide> sides)
    {
        _graph.Output.Add(Describe(name, type, sides));
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = "output/" + name, Input = { value.Name }, Output = { Claim(name) } });
    }

    /// <summary>A tensor of the weights file as float32; half-precision weights are cast, which runtimes do once when they load the graph.</summary>
    /// <exception cref="ModelException">The file lacks the tensor.</exception>
    public Value Weight(string name) => Weight(name, 0, -1);

    /// <summary>Rows <paramref name="first"/> to first + count - 1 of a tensor of the weights file: contiguous, so again only a place in the file.</summary>
    /// <exception cref="ModelException">The file lacks the tensor, or it has fewer rows.</exception>
    public Value Weight(string name, int first, int count)
    {
        var info = _weights[name];
        var key = count < 0 ? name : $"{name}[{first}:{first + count}]";
        if (_weightValues.TryGetValue(key, out var known))
        {
            return known;
        }

        var (offset, length) = (info.Offset, info.ByteLength);
        var shape = info.Shape.Select(side => (long)side).ToArray();
        if (count >= 0)
        {
            if (shape.Length == 0 || first < 0 || first + count > shape[0])
            {
                throw new ModelException($"{_weights.FileName}: tensor '{name}' has shape {info.ShapeText}, rows {first} to {first + count - 1} are needed");
            }

            var rowBytes = length / shape[0];
            (offset, length) = (offset + (first * rowBytes), count * rowBytes);
            shape[0] = count;
        }

        var tensor = new TensorProto
        {
            Name = Claim(key),
            DataType = (int)OnnxType(name, info.Type),
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        tensor.Dims.AddRange(shape);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = _weights.FileName });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString() });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length.ToString() });
        _graph.Initializer.Add(tensor);
        var value = new Value(tensor.Name);
        if (info.Type != TensorType.F32)
        {
            value = Cast(value, TensorProto.Types.DataType.Float);
        }

        return _weightValues[key] = value;
    }

    /// <summary>A float32 constant stored in the graph.</summary>
    public Value Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(MemoryMarshal.AsBytes(values), TensorProto.Types.DataType.Float, shape);

    /// <summary>An int64 constant stored in the graph.</summary>
    public Value Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Constant(MemoryMarshal.AsBytes(values), TensorProto.Types.DataType.Int64, shape);

    /// <summary>A boolean constant stored in the graph.</summary>
    public Value Constant(ReadOnlySpan<bool> values, params ReadOnlySpan<long> shape) =>
        Constant(MemoryMarshal.AsBytes(values), TensorProto.Types.DataType.Bool, shape);

    /// <summary>A float32 constant without axes.</summary>
    public Value Scalar(float value) => Constant([value]);

    /// <summary>An int64 constant without axes.</summary>
    public Value Scalar(long value) => Constant([value]);

    /// <summary>An int64 vector, as Reshape, Slice, Resize and the like take it.</summary>
    public Value Vector(params ReadOnlySpan<long> values) => Constant(values, values.Length);

    /// <summary>Adds a node with one output and returns it. An equal node that exists already is used again: operators have no state.</summary>
    /// <param name="op">Operator type.</param>
    /// <param name="inputs">Inputs in the operator's order.</param>
    /// <param name="attributes">Attributes: long, float, string, long[] or float[].</param>
    public Value Node(string op, ReadOnlySpan<Value> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        AddNode(op, "", inputs, 1, attributes)[0];

    /// <summary>Adds a node with several outputs and returns them in order.</summary>
    public Value[] Nodes(string op, ReadOnlySpan<Value> inputs, int outputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        AddNode(op, "", inputs, outputs, attributes);

    /// <summary>Adds one of this project's own operators.</summary>
    public Value CustomNode(string op, ReadOnlySpan<Value> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        _usesCustomDomain = true;
        return AddNode(op, Operators.Domain, inputs, 1, attributes)[0];
    }

    /// <summary>
    /// Until the returned value is disposed, nodes are added that stay in float32 where the graph is made in half precision. Say why at the
    /// place of use.
    /// </summary>
    public SingleScope SinglePrecision()
    {
        _singleDepth++;
        return new SingleScope(() => _singleDepth--);
    }

    /// <summary>Prefixes the names of the nodes added until the returned value is disposed, so that profiles can be read.</summary>
    public GraphScope Scope(string name)
    {
        _scopes.Push(_scopes.Count == 0 ? name : _scopes.Peek() + "/" + name);
        return new GraphScope(_scopes);
    }

    /// <summary>The finished model as an ONNX file's bytes; what no output needs is left out.</summary>
    public byte[] Build() => BuildModel().ToByteArray();

    /// <summary>The finished model; what no output needs is left out.</summary>
    public ModelProto BuildModel()
    {
        RemoveUnused();
        if (Operators.HalfType is { } half)
        {
            HalfPrecision.Convert(_graph, _single, half);
        }

        // Convolution takes bfloat16 from operator set 22 (ONNX IR 10) on; nothing else that graphs are made of means something else there.
        var (operatorSet, version) = Operators.HalfType == TensorProto.Types.DataType.Bfloat16 ? (22, 10) : (OperatorSet, IrVersion);
        var model = new ModelProto { IrVersion = version, ProducerName = "OpenSegR.Realtime", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = operatorSet });
        if (_usesCustomDomain)
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = Operators.Domain, Version = 1 });
        }

        return model;
    }

    private void RemoveUnused()
    {
        var needed = _graph.Output.Select(output => output.Name).ToHashSet();
        var kept = new Stack<NodeProto>();
        foreach (var node in _graph.Node.Reverse())
        {
            if (node.Output.Any(needed.Contains))
            {
                needed.UnionWith(node.Input);
                kept.Push(node);
            }
        }

        var initializers = _graph.Initializer.Where(tensor => needed.Contains(tensor.Name)).ToArray();
        _graph.Node.Clear();
        _graph.Node.AddRange(kept);
        _graph.Initializer.Clear();
        _graph.Initializer.AddRange(initializers);
    }

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, ReadOnlySpan<GraphSide> sides)
    {
        var shape = new TensorShapeProto();
        foreach (var side in sides)
        {
            shape.Dim.Add(side.Name is null
                ? new TensorShapeProto.Types.Dimension { DimValue = side.Size }
                : new TensorShapeProto.Types.Dimension { DimParam = side.Name });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    private static TensorProto.Types.DataType OnnxType(string name, TensorType type) => type switch
    {
        TensorType.F32 => TensorProto.Types.DataType.Float,
        TensorType.F16 => TensorProto.Types.DataType.Float16,
        TensorType.BF16 => TensorProto.Types.DataType.Bfloat16,
        TensorType.F64 => TensorProto.Types.DataType.Double,
        _ => throw new ModelException($"tensor '{name}' has element type {type}; weights must be floating point"),
    };

    private Value Constant(ReadOnlySpan<byte> bytes, TensorProto.Types.DataType type, ReadOnlySpan<long> shape)
    {
        var data = ByteString.CopyFrom(bytes);
        var key = new ConstantKey(type, string.Join(',', shape.ToArray()), data);
        if (_constants.TryGetValue(key, out var known))
        {
            return known;
        }

        var tensor = new TensorProto { Name = Claim("constant"), DataType = (int)type, RawData = data };
        foreach (var side in shape)
        {
            tensor.Dims.Add(side);
        }

        _graph.Initializer.Add(tensor);
        return _constants[key] = new Value(tensor.Name);
    }

    private Value[] AddNode(
        string op, string domain, ReadOnlySpan<Value> inputs, int outputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = op, Domain = domain };
        foreach (var input in inputs)
        {
            node.Input.Add(input.Name);
        }

        foreach (var (key, value) in attributes)
        {
            node.Attribute.Add(Attribute(key, value));
        }

        // Names and outputs are not set yet, so equal work gives equal text.
        var identity = $"{outputs} {node}";
        if (_nodes.TryGetValue(identity, out var known))
        {
            return known;
        }

        var name = node.Name = Claim(_scopes.Count == 0 ? op : _scopes.Peek() + "/" + op);
        var values = new Value[outputs];
        for (var i = 0; i < outputs; i++)
        {
            values[i] = new Value(outputs == 1 ? name : $"{name}:{i}");
            node.Output.Add(values[i].Name);
        }

        _graph.Node.Add(node);
        if (_singleDepth > 0)
        {
            _single.Add(name);
        }

        return _nodes[identity] = values;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case long number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(numbers);
                break;
            default:
                throw new ArgumentException($"attribute '{name}' cannot hold a {value.GetType().Name}", nameof(value));
        }

        return attribute;
    }

    // Names must be unique; the first one keeps its plain form.
    private string Claim(string name)
    {
        var count = _names.GetValueOrDefault(name);
        _names[name] = count + 1;
        return count == 0 ? name : $"{name}_{count}";
    }

    private readonly record struct ConstantKey(TensorProto.Types.DataType Type, string Shape, ByteString Data);
}
