using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>Every recorded stage of both reference models, in all three cases, for every form of the graph.</summary>
public sealed class MaftPlusParityTests
{
    public static TheoryData<string, int, bool, bool> Variants()
    {
        var data = new TheoryData<string, int, bool, bool>();
        foreach (var model in new[] { GoldenModel.Linear, GoldenModel.Panoptic })
        {
            for (var number = 1; number <= 3; number++)
            {
                foreach (var custom in new[] { false, true })
                {
                    data.Add(model, number, custom, false);
                    data.Add(model, number, custom, true);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void EveryStageAgreesWithTheReference(string model, int number, bool customOperators, bool anySize)
    {
        using var golden = new GoldenCase(model, number);
        var folder = GoldenModel.Get(model);
        var sessions = Sessions.Create(customOperators);
        var graph = MaftPlusGraph.Build(
            folder.Manifest.MaftPlus!,
            new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors),
            new SegmentorGraphOptions
            {
                Size = anySize ? null : (golden.Height, golden.Width),
                Outputs = SegmentorOutputs.None,
                Operators = new GraphOperators(customOperators),
                Dumps = [.. golden.GraphTensors],
                DumpReasons = golden.Reasoning,
            });
        Assert.Equal(customOperators, graph.Graph.Node.Any(node => node.Domain == GraphBuilder.CustomDomain));
        using var session = sessions.Create(graph.ToByteArray(), folder.Path);
        var groups = TextGroups.Create(golden.Classifier);
        using var image = OrtValue.CreateTensorValueFromMemory(golden.Image, [1, 3, golden.Height, golden.Width]);
        using var rows = OrtValue.CreateTensorValueFromMemory(
            golden.Classifier.Embeddings, [golden.Classifier.RowCount, golden.Classifier.Dimension]);
        using var table = OrtValue.CreateTensorValueFromMemory(groups.Rows, [groups.Reasons, groups.Classes, groups.Longest]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["image", "text_classifier", "groups"], [image, rows, table], session.OutputNames);

        Assert.Equal(golden.GraphTensors.Order(), session.OutputNames.Order());
        var actual = session.OutputNames.Zip(outputs).ToDictionary();
        foreach (var (name, value) in actual)
        {
            Compare(golden, name, value);
        }
    }

    [Theory]
    [InlineData(GoldenModel.Linear, 1)]
    [InlineData(GoldenModel.Panoptic, 2)]
    public void DumpReturnsTheReferenceTensors(string name, int number)
    {
        using var golden = new GoldenCase(name, number);
        var model = new MaftPlusModel(GoldenModel.Get(name), Sessions.Create());
        var tensors = model.Dump(golden.Image, golden.Height, golden.Width, golden.Classifier, model.DumpNames);

        Assert.Equal(model.DumpNames.Order(), tensors.Select(tensor => tensor.Name).Order());
        foreach (var tensor in tensors.Where(tensor => golden.File.Contains(tensor.Name)))
        {
            Assert.Equal(golden.File[tensor.Name].Shape, tensor.Shape);
            Assert.Equal(golden.File[tensor.Name].Type, tensor.Type);
        }
    }

    private static void Compare(GoldenCase golden, string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        Assert.Equal(golden.File[name].Shape.Select(side => (long)side), info.Shape);
        var expected = golden.File.ReadFloats(name);
        var worst = info.ElementDataType == TensorElementType.UInt8
            ? Difference.Largest(expected, Array.ConvertAll(value.GetTensorDataAsSpan<byte>().ToArray(), x => (float)x))
            : Difference.Largest(expected, value.GetTensorDataAsSpan<float>());
        Assert.True(worst <= GoldenTolerance.Of(name), $"{name} is off by {worst:E2}, {GoldenTolerance.Of(name):E0} is allowed");
    }
}
