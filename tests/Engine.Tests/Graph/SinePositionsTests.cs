using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Tests.Inference;

namespace OpenSegR.Realtime.Tests.Graph;

public sealed class SinePositionsTests
{
    [Theory]
    [InlineData("pos_64x8x11", 8, 11, 64, true)]
    [InlineData("pos_64x8x11", 8, 11, 64, false)]
    [InlineData("pos_256x13x20", 13, 20, 256, true)]
    [InlineData("pos_256x13x20", 13, 20, 256, false)]
    public void PositionsAgreeWithTheReference(string name, int height, int width, int channels, bool known)
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", "position_embedding_sine.safetensors"));
        var graph = new GraphBuilder("test", WeightTable.None);
        var map = graph.Input("map", TensorProto.Types.DataType.Float, "h", "w");
        var (rows, columns) = known ? (new Dim(height), new Dim(width)) : (graph.DimOf(map, 0), graph.DimOf(map, 1));
        graph.Output("y", graph.Transpose(SinePositions.Add(graph, rows, columns, channels), 1, 0), TensorProto.Types.DataType.Float, channels, "n");

        using var session = Sessions.Create().Create(graph.Build(), null);
        using var input = OrtValue.CreateTensorValueFromMemory(new float[height * width], [height, width]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["map"], [input], ["y"]);
        Assert.True(Difference.Largest(golden.ReadFloats(name), outputs[0].GetTensorDataAsSpan<float>()) <= 5e-6);
    }
}
