using BenchmarkDotNet.Attributes;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference;
using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>
/// Multi-scale deformable attention through ONNX Runtime, from raw offsets and attention logits: a graph of one node of ours, and the same in
/// standard operators around GridSample, at the sizes of MAFT+-B for 640 x 640. Letters as in native/cpu/README.md: L levels, S pixels of
/// all levels, M heads, D channels a head, P points.
/// </summary>
public class DeformableAttentionBenchmarks
{
    private const int Heads = 8;
    private const int Depth = 32;
    private const int Points = 4;
    private const int Channels = Heads * Depth;
    private static readonly long[] Sides = [20, 40, 80];
    private static readonly int Pixels = (int)Sides.Sum(side => side * side);
    private static readonly int RawWidth = 3 * Heads * Sides.Length * Points;
    private static readonly string[] Inputs = ["value", "raw"];
    private static readonly string[] Outputs = ["heard"];

    private readonly RunOptions _options = new();
    private readonly float[] _byNode = new float[Pixels * Channels];
    private readonly float[] _bySampling = new float[Pixels * Channels];
    private OrtValue[] _inputs = [];
    private OrtValue[] _nodeOutput = [];
    private OrtValue[] _samplingOutput = [];
    private InferenceSession? _node;
    private InferenceSession? _sampling;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var sessions = new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = Threads });
        _node = sessions.Create(OneNode(), null);
        _sampling = sessions.Create(GridSamples(), null);
        var random = new Random(1);
        // Offsets of a few pixels, as trained weights give.
        _inputs = [Tensor(Noise(random, Pixels * Channels, 1), Channels), Tensor(Noise(random, Pixels * RawWidth, 4), RawWidth)];
        _nodeOutput = [Tensor(_byNode, Channels)];
        _samplingOutput = [Tensor(_bySampling, Channels)];
        OurNode();
        GridSample();
        var difference = _byNode.Zip(_bySampling, (a, b) => Math.Abs(a - b)).Max();
        if (!(difference < 1e-4))
        {
            throw new InvalidOperationException($"the two differ by {difference}");
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Array.ForEach([.. _inputs, .. _nodeOutput, .. _samplingOutput], value => value.Dispose());
        _node?.Dispose();
        _sampling?.Dispose();
        _options.Dispose();
    }

    [Benchmark]
    public void OurNode() => _node!.Run(_options, Inputs, _inputs, Outputs, _nodeOutput);

    [Benchmark(Baseline = true)]
    public void GridSample() => _sampling!.Run(_options, Inputs, _inputs, Outputs, _samplingOutput);

    private static OrtValue Tensor(float[] values, int width) => OrtValue.CreateTensorValueFromMemory(values, [1, Pixels, width]);

    private static float[] Noise(Random random, int count, float most) =>
        [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * most)];

    private static byte[] OneNode()
    {
        var (graph, value, raw) = Begin();
        var shapes = graph.Constant([.. Sides.SelectMany(side => new[] { side, side })], Sides.Length, 2);
        var heard = graph.CustomNode("MSDeformAttnFused", [value, shapes, raw], ("num_heads", Heads), ("num_points", Points));
        graph.Output(Outputs[0], heard, DataType.Float, 1, Pixels, Channels);
        return graph.Build();
    }

    // As the engine's own graphs have it where they may not use this project's operators (DeformableAttention), less its linear layers.
    private static byte[] GridSamples()
    {
        var (graph, value, raw) = Begin();
        var (levels, offsetsWidth) = (Sides.Length, 2 * RawWidth / 3);
        var offsets = graph.Transpose(graph.Reshape(graph.Slice(raw, 0, offsetsWidth, 2), Pixels, Heads, levels, 2 * Points), 2, 1, 0, 3);
        var logits = graph.Reshape(graph.Slice(raw, offsetsWidth, RawWidth, 2), Pixels, Heads, levels * Points);
        var weights = graph.Transpose(graph.Reshape(graph.Softmax(logits), Pixels, Heads, levels, Points), 2, 1, 0, 3);
        var channelsFirst = graph.Reshape(graph.Transpose(value, 0, 2, 1), Channels, Pixels);
        var values = graph.Nodes("Split", [channelsFirst, graph.Vector([.. Sides.Select(side => side * side)])], levels, ("axis", 1));
        var centres = graph.Constant(Centres(), Pixels, 1, 2);
        Value? sum = null;
        for (var l = 0; l < levels; l++)
        {
            var (side, level) = ((int)Sides[l], graph.Scalar((long)l));
            var offset = graph.Reshape(graph.Gather(offsets, level, 0), Heads, Pixels, Points, 2);
            var grid = graph.Add(graph.Mul(offset, graph.Scalar(2f / side)), centres);
            var sampled = graph.Node(
                "GridSample", [graph.Reshape(values[l], Heads, Depth, side, side), grid], ("mode", "linear"), ("padding_mode", "zeros"), ("align_corners", 0));
            var heardHere = graph.ReduceSum(graph.Mul(sampled, graph.Unsqueeze(graph.Gather(weights, level, 0), 1)), 3, keepAxis: false);
            sum = sum is { } before ? graph.Add(before, heardHere) : heardHere;
        }

        var heard = graph.Transpose(graph.Reshape(sum!.Value, 1, Channels, Pixels), 0, 2, 1);
        graph.Output(Outputs[0], heard, DataType.Float, 1, Pixels, Channels);
        return graph.Build();
    }

    private static (GraphBuilder Graph, Value Value, Value Raw) Begin()
    {
        var graph = new GraphBuilder("attention", WeightTable.None, new GraphOperators(Custom: true));
        return (graph, graph.Input(Inputs[0], DataType.Float, 1, Pixels, Channels), graph.Input(Inputs[1], DataType.Float, 1, Pixels, RawWidth));
    }

    // Every pixel's centre (x, y) in GridSample's coordinates, -1 to 1.
    private static float[] Centres() =>
        [.. Sides.SelectMany(side => Enumerable.Range(0, (int)(side * side)).SelectMany(i => new[] { Centre(i % side, side), Centre(i / side, side) }))];

    private static float Centre(long i, long side) => (2 * ((i + 0.5f) / side)) - 1;
}
