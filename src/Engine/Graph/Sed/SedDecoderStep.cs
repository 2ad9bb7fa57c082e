using OpenSegR.Realtime.Graph.Layers;

namespace OpenSegR.Realtime.Graph.Sed;

/// <summary>
/// One of the three decoder steps, each twice the size of the one before (reference: class Up in sed/modeling/transformer/model.py):
/// ConvNeXt block -> attention across classes -> transposed convolution -> joined with image and correlation guidance -> two 3x3 convolutions.
/// Classes lie in the batch axis.
/// </summary>
internal sealed class SedDecoderStep
{
    private const float BlockEpsilon = 1e-6f;
    private const float NormEpsilon = 1e-5f;
    private const int ChannelsPerNormGroup = 16;

    private readonly GraphBuilder _graph;
    private readonly GraphDumps _dumps;
    private readonly string _name;
    private readonly string _dumpName;

    /// <summary>Prepares a step.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="dumps">Dumps asked for.</param>
    /// <param name="name">Its name in the weights, "...decoder1".</param>
    public SedDecoderStep(GraphBuilder graph, GraphDumps dumps, string name)
    {
        _graph = graph;
        _dumps = dumps;
        _name = name;
        _dumpName = name[(name.LastIndexOf('.') + 1)..];
    }

    /// <summary>C, channels of its input.</summary>
    public required int Inputs { get; init; }

    /// <summary>Channels of its output.</summary>
    public required int Outputs { get; init; }

    /// <summary>G, channels of the image guidance and of the correlation guidance.</summary>
    public required int Guidance { get; init; }

    /// <summary>Side of the depthwise convolution.</summary>
    public required int Kernel { get; init; }

    /// <summary>Side of the average pooling before attention.</summary>
    public required int Pooling { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Adds the step.</summary>
    /// <param name="x">[T, C, h, w].</param>
    /// <param name="classes">T.</param>
    /// <param name="size">h and w.</param>
    /// <param name="image">Image guidance, [1, G, 2h, 2w].</param>
    /// <param name="correlation">Correlation guidance, [T, G, 2h, 2w].</param>
    /// <returns>[T, outputs, 2h, 2w].</returns>
    public Value Add(Value x, Dim classes, (Dim Height, Dim Width) size, Value image, Value correlation)
    {
        using var scope = _graph.Scope(_dumpName);
        var mixed = Block(x, classes, size);
        SedDumps.Maps(_dumps, _dumpName + ".cnext", () => mixed, Inputs);
        var attended = ClassAttention.Add(_graph, mixed, classes, Inputs, size, Pooling, Heads, _name + ".attention");
        SedDumps.Classes(_graph, _dumps, _dumpName + ".attention", () => attended, Inputs);
        var larger = _graph.Node(
            "ConvTranspose",
            [attended, _graph.Weight(_name + ".up.weight"), _graph.Weight(_name + ".up.bias")],
            ("kernel_shape", new long[] { 2, 2 }),
            ("strides", new long[] { 2, 2 }));
        SedDumps.Maps(_dumps, _dumpName + ".up", () => larger, Inputs - Guidance);

        var first = Normalise(Join(larger, image, correlation), classes, size, ".conv.double_conv.1");
        var second = _graph.Convolve(first, _graph.Weight(_name + ".conv.double_conv.3.weight"), null, 3, 1, 1);
        var output = Normalise(second, classes, size, ".conv.double_conv.4");
        SedDumps.Maps(_dumps, _dumpName + ".out", () => output, Outputs);
        return output;
    }

    // ConvNeXt block with layer scale.
    private Value Block(Value x, Dim classes, (Dim Height, Dim Width) size)
    {
        var name = _name + ".cnext";
        var convolved = _graph.Convolve(
            x, _graph.Weight(name + ".dwconv.weight"), _graph.Weight(name + ".dwconv.bias"), Kernel, 1, Kernel / 2, Inputs);
        var tokens = _graph.Reshape(_graph.Transpose(convolved, 0, 2, 3, 1), Dim.Infer, Inputs);
        var normalised = _graph.LayerNorm(tokens, name + ".norm", BlockEpsilon);
        var changed = _graph.Mlp(normalised, name + ".pwconv1", name + ".pwconv2", Activation.Gelu, name + ".gamma");
        var maps = _graph.Reshape(changed, classes, size.Height, size.Width, Inputs);
        return _graph.Add(x, _graph.Transpose(maps, 0, 3, 1, 2));
    }

    // The 3x3 convolution of [x, image, correlation] as the sum of three: the image's part is the same for all classes and computed once.
    private Value Join(Value x, Value image, Value correlation)
    {
        var weight = _graph.Weight(_name + ".conv.double_conv.0.weight");
        var own = Inputs - Guidance;
        Value Part(long from, long to) => _graph.Slice(weight, from, to, 1);

        var classes = _graph.Concat(1, x, correlation);
        var classWeight = _graph.Concat(1, Part(0, own), Part(own + Guidance, own + (2 * Guidance)));
        return _graph.Add(
            _graph.Convolve(classes, classWeight, null, 3, 1, 1), _graph.Convolve(image, Part(own, own + Guidance), null, 3, 1, 1));
    }

    // Group norm with 16 channels a group, then ReLU, for each class on its own.
    private Value Normalise(Value x, Dim classes, (Dim Height, Dim Width) size, string name)
    {
        var groups = Outputs / ChannelsPerNormGroup;
        var normalised = _graph.InstanceNorm(_graph.Reshape(x, classes, groups, Dim.Infer), groups, NormEpsilon);
        var maps = _graph.Reshape(normalised, classes, Outputs, _graph.Multiply(size.Height, 2), _graph.Multiply(size.Width, 2));
        var scaled = _graph.Mul(maps, _graph.Unsqueeze(_graph.Weight(_name + name + ".weight"), 1, 2));
        return _graph.Relu(_graph.Add(scaled, _graph.Unsqueeze(_graph.Weight(_name + name + ".bias"), 1, 2)));
    }
}
