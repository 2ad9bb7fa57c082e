using Google.Protobuf;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Inference;
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
    [InlineData(GoldenModel.Linear, 1, false)]
    [InlineData(GoldenModel.Linear, 1, true)]
    [InlineData(GoldenModel.Panoptic, 1, true)]
    [InlineData(GoldenModel.Panoptic, 2, true)]
    [InlineData(GoldenModel.Linear, 3, true)]
    public void LabelsAgreeWithSinglePrecision(string model, int number, bool customOperators)
    {
        using var golden = new GoldenCase(model, number);
        var sessions = Sessions.Create(customOperators);
        var single = Labels(golden, model, sessions, new GraphOperators(customOperators, ProductPrecision.Fp32, GraphTarget.Cuda));
        var half = Labels(golden, model, sessions, new GraphOperators(customOperators, ProductPrecision.Fp16, GraphTarget.Cuda));
        var same = single.Zip(half).Count(pair => pair.First == pair.Second) / (double)single.Length;
        Assert.InRange(same, 0.995, 1);
    }

    [Fact]
    public void WordsAndClassesStaySingleAndTheRestIsHalf()
    {
        var folder = GoldenModel.Get(GoldenModel.Linear);
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
        Assert.NotEmpty(folder.Manifest.Name);
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

    private static ModelProto Build(string model, (int Height, int Width) size, GraphOperators operators)
    {
        var folder = GoldenModel.Get(model);
        return MaftPlusGraph.Build(
            folder.Manifest.MaftPlus!,
            new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors),
            new SegmentorGraphOptions { Size = size, Outputs = Outputs, Operators = operators });
    }

    private static ushort[] Labels(GoldenCase golden, string model, SessionFactory sessions, GraphOperators operators)
    {
        var folder = GoldenModel.Get(model);
        var sizes = folder.Manifest.MaftPlus!;
        var size = (golden.Height, golden.Width);
        using var session = new SegmentorSession(
            sessions.Create(Build(model, size, operators).ToByteArray(), folder.Path), size, sizes.Queries, sizes.EmbedDim, Outputs);
        using var buffers = session.CreateBuffers();
        buffers.Classifier = golden.Classifier;
        golden.Image.CopyTo(buffers.Image);
        session.Run(buffers);
        using var postprocessor = new Postprocessor(new PostprocessOptions());
        using var result = new SegmentationResult();
        var geometry = ImageGeometry.Native(golden.Width, golden.Height);
        postprocessor.Run(new NetworkOutput(buffers.MaskLogits, buffers.MaskClasses, sizes.Queries, geometry, golden.Classifier), result);
        return result.Labels.ToArray();
    }
}
