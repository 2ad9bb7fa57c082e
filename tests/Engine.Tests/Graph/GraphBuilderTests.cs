using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Tests.Import;
using OpenSegR.Realtime.Tests.Inference;

namespace OpenSegR.Realtime.Tests.Graph;

public sealed class GraphBuilderTests
{
    private const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;

    [Fact]
    public void EqualNodesAndConstantsAreSharedAndUnusedOnesLeftOut()
    {
        var graph = new GraphBuilder("test", WeightTable.None);
        var x = graph.Input("x", Float, "n");
        var once = graph.Relu(graph.Add(x, graph.Scalar(2f)));
        var again = graph.Relu(graph.Add(x, graph.Scalar(2f)));
        Assert.Equal(once, again);
        graph.Mul(x, graph.Scalar(3f));
        graph.Output("y", again, Float, "n");
        var model = graph.BuildModel();

        Assert.Equal(["Add", "Relu", "Identity"], model.Graph.Node.Select(node => node.OpType));
        Assert.Single(model.Graph.Initializer);
        Assert.Equal(GraphBuilder.OperatorSet, Assert.Single(model.OpsetImport).Version);
    }

    [Fact]
    public void ConstantsOfOtherShapeOrTypeAreOtherConstants()
    {
        var graph = new GraphBuilder("test", WeightTable.None);
        var values = new[] { graph.Constant([1f, 2f], 2), graph.Constant([1f, 2f], 1, 2), graph.Constant([1L], 1), graph.Scalar(1L), graph.Vector(1) };
        Assert.Equal(4, values.Distinct().Count());
    }

    [Fact]
    public void KnownSidesStayNumbersAndOthersAreComputed()
    {
        var graph = new GraphBuilder("test", WeightTable.None);
        var x = graph.Input("x", Float, "rows", 6);
        Assert.Equal(12, graph.Multiply(graph.Divide(new Dim(8), 2), 3).Size);
        Assert.Equal(11, graph.Sum(new Dim(8), 3).Size);
        var half = graph.Divide(graph.DimOf(x, 0), 2);
        Assert.False(half.IsKnown);
        Assert.Throws<InvalidOperationException>(() => half.Size);
        graph.Output("y", graph.Reshape(x, half, graph.Sum(half, 1), Dim.Infer), Float, "a", "b", "c");

        using var session = Sessions.Create().Create(graph.Build(), null);
        using var input = OrtValue.CreateTensorValueFromMemory(new float[24], [4, 6]);
        using var options = new RunOptions();
        using var output = session.Run(options, ["x"], [input], ["y"]);
        Assert.Equal([2, 3, 4], output[0].GetTensorTypeAndShape().Shape);
    }

    [Theory]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    public void WeightsOfEveryPrecisionAreReadFromTheirPlaceInTheFile(TensorType type)
    {
        using var scratch = new ScratchFolder();
        var values = new[] { 1f, -2.5f, 0.5f, 8f, -16f, 0.25f };
        using var weights = Save(scratch, type, values);
        var graph = new GraphBuilder("test", new WeightTable("w.safetensors", weights.Tensors));
        var x = graph.Input("x", Float, 1);
        graph.Output("whole", graph.Mul(x, graph.Weight("m")), Float, 3, 2);
        graph.Output("row", graph.Mul(x, graph.Weight("m", 1, 1)), Float, 1, 2);

        using var session = Sessions.Create().Create(graph.Build(), scratch.Path);
        using var input = OrtValue.CreateTensorValueFromMemory(new[] { 2f }, [1]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["x"], [input], ["whole", "row"]);
        Assert.Equal(values.Select(value => 2 * value), outputs[0].GetTensorDataAsSpan<float>().ToArray());
        Assert.Equal([1f, 16f], outputs[1].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public void WhatTheFileLacksIsAnErrorThatNamesIt()
    {
        using var scratch = new ScratchFolder();
        using var weights = Save(scratch, TensorType.F32, new float[6]);
        var graph = new GraphBuilder("test", new WeightTable("w.safetensors", weights.Tensors));
        Assert.Contains("'no.weight' is missing", Assert.Throws<ModelException>(() => graph.Weight("no.weight")).Message, StringComparison.Ordinal);
        Assert.Contains("rows 2 to 3", Assert.Throws<ModelException>(() => graph.Weight("m", 2, 2)).Message, StringComparison.Ordinal);
    }

    private static SafetensorsFile Save(ScratchFolder scratch, TensorType type, float[] values)
    {
        var path = scratch.File("w.safetensors");
        using (var writer = SafetensorsWriter.Create(path, [new TensorSpec("m", type, [3, 2])]))
        {
            foreach (var value in values)
            {
                var bits = BitConverter.SingleToInt32Bits(value);
                writer.Write(type switch
                {
                    TensorType.F16 => BitConverter.GetBytes((Half)value),
                    TensorType.BF16 => BitConverter.GetBytes((short)(bits >> 16)),
                    _ => BitConverter.GetBytes(value),
                });
            }

            writer.Commit();
        }

        return SafetensorsFile.Open(path);
    }
}
