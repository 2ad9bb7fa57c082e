using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Graph.Sed;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Import;
using OpenSegR.Realtime.Tests.Inference;
using OpenSegR.Realtime.Text;
using DataType = OpenSegR.Realtime.Graph.Protos.TensorProto.Types.DataType;

namespace OpenSegR.Realtime.Tests.Graph;

/// <summary>
/// Graphs for GPUs, run on the CPU: ONNX Runtime puts casts around what the CPU has in float32 alone, so every value between two nodes is
/// rounded as on a GPU, and what a GPU rounds within a node is not seen.
/// </summary>
public sealed class HalfPrecisionTests
{
    private const SegmentorOutputs Outputs = SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses;

    [Theory]
    [InlineData(ProductPrecision.Fp16, true)]
    [InlineData(ProductPrecision.Fp16, false)]
    [InlineData(ProductPrecision.Bf16, true)]
    [InlineData(ProductPrecision.Bf16, false)]
    public void LabelsOfATrainedModelAgreeWithSinglePrecision(ProductPrecision precision, bool customOperators)
    {
        using var model = SegmentationModel.Open(Path.Combine(AppPaths.ModelsFolder, "demo"), new InferenceSettings { Provider = ExecutionProvider.Cpu });
        using var folder = ModelFolder.Open(model.Folder);
        var words = model.Embed(Path.Combine(model.Folder, "vocabulary.txt"));
        var sessions = Sessions.Create(customOperators);
        var pictures = Enumerable.Range(0, 3).Select(seed => Scene(seed, folder.Manifest)).ToArray();
        var single = Labels(pictures, folder, words, sessions, new GraphOperators(customOperators, ProductPrecision.Fp32, GraphTarget.Cuda));
        var half = Labels(pictures, folder, words, sessions, new GraphOperators(customOperators, precision, GraphTarget.Cuda));
        var same = single.Zip(half).Count(pair => pair.First == pair.Second) / (double)single.Length;
        Assert.True(single.Distinct().Count() > 3, "the pictures have several classes");
        Assert.InRange(same, 0.995, 1);
    }

    [Theory]
    [InlineData(ProductPrecision.Fp16, 0.02)]
    [InlineData(ProductPrecision.Bf16, 8 * 0.02)] // three bits less
    public void MasksOfAnUntrainedModelStayNearSinglePrecision(ProductPrecision precision, double allowed)
    {
        // Its labels are decided by differences of a thousandth of a score: masks are compared, not labels. What a query sees is decided by
        // signs of its own masks, and one that falls the other way makes another mask of it: the median query is asked for.
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        var folder = GoldenModel.Get(GoldenModel.Panoptic);
        var sessions = Sessions.Create(customOperators: true);
        using var single = Run(golden, folder, golden.Classifier, sessions, new GraphOperators(true, ProductPrecision.Fp32, GraphTarget.Cuda));
        using var half = Run(golden, folder, golden.Classifier, sessions, new GraphOperators(true, precision, GraphTarget.Cuda));
        var queries = folder.Manifest.MaftPlus!.Queries;
        var pixels = single.Buffers.MaskLogits.Length / queries;
        var changes = Enumerable.Range(0, queries)
            .Select(q => RelativeChange(Mask(single, q), Mask(half, q)))
            .Order()
            .ToArray();
        Assert.InRange(changes[queries / 2], 1e-6, allowed);

        float[] Mask(NetworkRun run, int query) => run.Buffers.MaskLogits.Slice(query * pixels, pixels).ToArray();
    }

    [Theory]
    [InlineData(ProductPrecision.Fp16, 0.05)]
    [InlineData(ProductPrecision.Bf16, 0.05)]
    public void ScoresOfSedStayNearSinglePrecision(ProductPrecision precision, double allowed)
    {
        using var scratch = new ScratchFolder();
        var path = scratch.File("sed");
        ModelImporter.Import(Golden.Locate("sed", "sed_tiny.pth"), path, new ImportOptions { ClassPooling = 2, InputSide = 192 });
        using var folder = ModelFolder.Open(path);
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "case_b192.safetensors"));
        var sizes = folder.Manifest.Sed!;
        const int Classes = 4;
        var words = Enumerable.Range(0, Classes * sizes.Prompts * sizes.EmbedDim).Select(i => MathF.Sin(i * i * 0.37f)).ToArray();
        float[] Scores(ProductPrecision wanted)
        {
            var graph = SedGraph.Build(
                sizes,
                new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors),
                new SegmentorGraphOptions
                {
                    Size = (192, 192),
                    Outputs = SegmentorOutputs.SemanticScores,
                    Operators = new GraphOperators(true, wanted, GraphTarget.Cuda),
                });
            using var session = Sessions.Create(customOperators: true).Create(Runnable(graph, wanted), path);
            using var image = OrtValue.CreateTensorValueFromMemory(golden.ReadFloats("network_input"), [1, 3, 192, 192]);
            using var text = OrtValue.CreateTensorValueFromMemory(words, [Classes, sizes.Prompts, sizes.EmbedDim]);
            using var options = new RunOptions();
            using var outputs = session.Run(options, [SegmentorTensors.Image, SegmentorTensors.TextFeatures], [image, text], [SegmentorTensors.SemanticScores]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        Assert.InRange(RelativeChange(Scores(ProductPrecision.Fp32), Scores(precision)), 1e-6, allowed);
    }

    [Theory]
    [InlineData(ProductPrecision.Fp16, 0.9999)]
    [InlineData(ProductPrecision.Bf16, 0.999)]
    public void FeaturesOfTheTextTowerPointWhereThoseOfSinglePrecisionDo(ProductPrecision precision, double least)
    {
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var sizes = folder.Manifest.MaftPlus!;
        var ids = new int[4 * 12];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = i % 12 == 11 ? sizes.TextVocabulary - 1 : (i * 7) % (sizes.TextVocabulary - 1);
        }

        float[] Features(ProductPrecision wanted)
        {
            var graph = TextTowerGraph.Build(
                new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors), MaftPlusLayout.Clip, sizes.TextLayers, sizes.TextHeads,
                new GraphOperators(false, wanted, GraphTarget.Cuda));
            using var session = Sessions.Create().Create(Runnable(graph, wanted), folder.Path);
            using var input = OrtValue.CreateTensorValueFromMemory(ids, [4, 12]);
            using var options = new RunOptions();
            using var outputs = session.Run(options, [TextTowerGraph.TokenIds], [input], [TextTowerGraph.TextFeatures]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        var (single, half) = (Features(ProductPrecision.Fp32), Features(precision));
        for (var row = 0; row < 4; row++)
        {
            var (a, b) = (Row(single, row), Row(half, row));
            Assert.InRange(Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b)), least, 1.00001);
        }

        Assert.NotEqual(single, half);

        float[] Row(float[] rows, int row) => rows[(row * sizes.EmbedDim)..((row + 1) * sizes.EmbedDim)];
        static double Dot(float[] x, float[] y) => x.Zip(y).Sum(pair => (double)pair.First * pair.Second);
    }

    [Fact]
    public void WordsAndClassesStaySingleAndTheRestIsHalf()
    {
        var model = Build(GoldenModel.Linear, (64, 96), new GraphOperators(true, ProductPrecision.Fp16, GraphTarget.Cuda));
        Assert.Equal(DataType.Float, (DataType)Assert.Single(model.Graph.Input, i => i.Name == SegmentorTensors.Image).Type.TensorType.ElemType);
        Assert.All(model.Graph.Output, output => Assert.Equal((int)DataType.Float, output.Type.TensorType.ElemType));
        var casts = model.Graph.Node.Where(node => node.OpType == "Cast").ToDictionary(node => node.Output[0], node => (DataType)node.Attribute[0].I);
        foreach (var node in model.Graph.Node.Where(node => node.OpType is "MSDeformAttnFused" or "Gelu"))
        {
            Assert.DoesNotContain(node.Input, input => casts.GetValueOrDefault(input) == DataType.Float);
        }

        var log = Assert.Single(model.Graph.Node, node => node.OpType == "Log");
        Assert.StartsWith("void/", log.Name, StringComparison.Ordinal);
    }

    // What ONNX Runtime 1.29's CUDA provider has in bfloat16, of what graphs are made of; it says so itself where it is there.
    private static readonly string[] InBfloat16 =
    [
        "Add", "AveragePool", "Concat", "Conv", "DepthwiseConv7x7LayerNorm", "Div", "Exp", "Expand", "Gather", "Gelu", "Gemm", "Identity", "LayerNormalization",
        "MSDeformAttnFused", "MatMul", "Max", "Min", "Mul", "ReduceSum", "Relu", "Reshape", "ScatterElements", "ScatterND", "Shape", "Sigmoid",
        "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub", "Transpose", "Unsqueeze", "Where",
    ];

    [Theory]
    [InlineData(GraphTarget.Cuda, true, true)]
    [InlineData(GraphTarget.Cuda, false, true)]
    [InlineData(GraphTarget.Cuda, true, false)]
    [InlineData(GraphTarget.TensorRt, true, true)]
    [InlineData(GraphTarget.TensorRt, true, false)]
    internal void InBfloat16IsOnlyWhatTheCudaProviderHasInIt(GraphTarget target, bool customOperators, bool fixedSize)
    {
        foreach (var name in new[] { GoldenModel.Linear, GoldenModel.Panoptic })
        {
            var model = Build(name, fixedSize ? (64, 96) : null, new GraphOperators(customOperators, ProductPrecision.Bf16, target));
            var used = Bfloat16Emulation.Operators(model);
            Assert.Contains("Gemm", used);
            Assert.Contains("Conv", used);
            Assert.Empty(used.Except(InBfloat16));
            Assert.DoesNotContain(model.Graph.Node, node => node.OpType is "InstanceNormalization" or "Elu");
            Assert.Equal(22, Assert.Single(model.OpsetImport, import => import.Domain.Length == 0).Version);
            Assert.All(model.Graph.Output, output => Assert.Equal((int)DataType.Float, output.Type.TensorType.ElemType));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void InBfloat16IsOnlyWhatTheCudaProviderHasInItForSedToo(int? topClasses)
    {
        using var scratch = new ScratchFolder();
        var path = scratch.File("sed");
        ModelImporter.Import(Golden.Locate("sed", "sed_tiny.pth"), path, new ImportOptions { ClassPooling = 2, InputSide = 192 });
        using var folder = ModelFolder.Open(path);
        var model = SedGraph.Build(
            folder.Manifest.Sed!,
            new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors),
            new SegmentorGraphOptions
            {
                Size = (192, 192),
                Outputs = SegmentorOutputs.SemanticScores,
                Operators = new GraphOperators(true, ProductPrecision.Bf16, GraphTarget.Cuda),
                TopClasses = topClasses,
            });
        Assert.Empty(Bfloat16Emulation.Operators(model).Except(InBfloat16));
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType is "InstanceNormalization" or "Elu");
    }

    [Theory]
    [InlineData(GraphTarget.Cpu, "segr", true)]
    [InlineData(GraphTarget.Cuda, "segr", true)]
    [InlineData(GraphTarget.TensorRt, "trt.plugins", false)]
    internal void EachTargetGetsTheOperatorsThatItHas(GraphTarget target, string domain, bool depthwise)
    {
        var model = Build(GoldenModel.Linear, (64, 96), new GraphOperators(true, ProductPrecision.Fp32, target));
        var custom = model.Graph.Node.Where(node => node.Domain.Length > 0).ToArray();
        Assert.All(custom, node => Assert.Equal(domain, node.Domain));
        Assert.Contains(custom, node => node.OpType == "MSDeformAttnFused");
        Assert.Equal(depthwise, custom.Any(node => node.OpType == "DepthwiseConv7x7LayerNorm"));
        Assert.Equal(target == GraphTarget.Cpu, custom.Any(node => node.OpType is "Linear" or "Mlp" or "Conv2dChannelsLast"));
        Assert.Contains(model.OpsetImport, import => import.Domain == domain);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TensorRtIsGivenTheLevelsAsAnAttributeOrStandardOperators(bool fixedSize)
    {
        var model = Build(GoldenModel.Linear, fixedSize ? (64, 96) : null, new GraphOperators(true, ProductPrecision.Fp32, GraphTarget.TensorRt));
        var nodes = model.Graph.Node.Where(node => node.OpType == "MSDeformAttnFused").ToArray();
        Assert.Equal(fixedSize, nodes.Length > 0);
        Assert.Equal(!fixedSize, model.Graph.Node.Any(node => node.OpType == "GridSample"));
        Assert.All(nodes, node => Assert.Equal(2, node.Input.Count));
        Assert.All(nodes, node => Assert.Equal([2, 3, 4, 6, 8, 12], node.Attribute.Single(a => a.Name == "spatial_shapes").Ints));
    }

    // As the CPU can run it: it has float16 as casts around float32, and bfloat16 not at all.
    private static byte[] Runnable(ModelProto model, ProductPrecision precision)
    {
        if (precision == ProductPrecision.Bf16)
        {
            Bfloat16Emulation.Apply(model);
        }

        return model.ToByteArray();
    }

    // Root of the mean square of the change, over that of the exact values about their mean.
    private static double RelativeChange(float[] exact, float[] changed)
    {
        var mean = exact.Average();
        return Math.Sqrt(changed.Zip(exact).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / exact.Sum(x => Math.Pow(x - mean, 2)));
    }

    private static ModelProto Build(string model, (int Height, int Width)? size, GraphOperators operators) =>
        Build(GoldenModel.Get(model), size, operators);

    private static ModelProto Build(ModelFolder folder, (int Height, int Width)? size, GraphOperators operators) => MaftPlusGraph.Build(
        folder.Manifest.MaftPlus!,
        new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors),
        new SegmentorGraphOptions { Size = size, Outputs = Outputs, Operators = operators });

    private static ushort[] Labels(
        IReadOnlyList<Picture> pictures, ModelFolder folder, TextClassifier words, SessionFactory sessions, GraphOperators operators)
    {
        using var postprocessor = new Postprocessor(new PostprocessOptions());
        using var result = new SegmentationResultPool(1).Rent();
        using var run = Run(pictures[0], folder, words, sessions, operators);
        List<ushort> labels = [];
        foreach (var picture in pictures)
        {
            run.Put(picture);
            var geometry = ImageGeometry.Native(picture.Width, picture.Height);
            postprocessor.Run(
                new NetworkOutput(run.Buffers.MaskLogits, run.Buffers.MaskClasses, folder.Manifest.MaftPlus!.Queries, geometry, words), result);
            labels.AddRange(result.Labels);
        }

        return [.. labels];
    }

    // What the embedded model was made for: on other pictures its labels are guesses, and guesses differ by a hair.
    private static Picture Scene(int seed, ModelManifest manifest)
    {
        const int Width = 192;
        const int Height = 128;
        var pixels = new byte[Width * Height * 3];
        new SyntheticScene(seed, Width, Height).Draw(0, new FrameFormat(Width, Height, PixelFormat.Rgb24), pixels, null);
        var planes = new float[pixels.Length];
        for (var i = 0; i < planes.Length; i++)
        {
            var (channel, pixel) = Math.DivRem(i, Width * Height);
            planes[i] = (pixels[pixel * 3 + channel] - manifest.PixelMean[channel]) / manifest.PixelStd[channel];
        }

        return new Picture(planes, Height, Width);
    }

    private static NetworkRun Run(
        GoldenCase golden, ModelFolder folder, TextClassifier words, SessionFactory sessions, GraphOperators operators) =>
        Run(new Picture(golden.Image, golden.Height, golden.Width), folder, words, sessions, operators);

    private static NetworkRun Run(Picture picture, ModelFolder folder, TextClassifier words, SessionFactory sessions, GraphOperators operators)
    {
        var sizes = folder.Manifest.MaftPlus!;
        var size = (picture.Height, picture.Width);
        var graph = Runnable(Build(folder, size, operators), operators.Precision);
        var session = new SegmentorSession(sessions.Create(graph, folder.Path), size, sizes.Queries, sizes.EmbedDim, Outputs, null, sessions);
        var buffers = session.CreateBuffers();
        buffers.Classifier = words;
        var run = new NetworkRun(session, buffers);
        run.Put(picture);
        return run;
    }

    // Normalised planes of an image.
    private readonly record struct Picture(float[] Planes, int Height, int Width);

    private sealed record NetworkRun(SegmentorSession Session, SegmentorBuffers Buffers) : IDisposable
    {
        public void Put(Picture picture)
        {
            picture.Planes.CopyTo(Buffers.Image);
            Session.Run(Buffers);
        }

        public void Dispose()
        {
            Buffers.Dispose();
            Session.Dispose();
        }
    }
}
