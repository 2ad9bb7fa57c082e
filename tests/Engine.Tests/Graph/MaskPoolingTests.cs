using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Tests.Inference;

namespace OpenSegR.Realtime.Tests.Graph;

/// <summary>Two coarse pixels beside each other, eight by eight fine ones to each, one feature: 10 in the first and 30 in the second.</summary>
public sealed class MaskPoolingTests
{
    private const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AMaskWithoutACoarsePixelIsPooledByWhatItCovers(bool small)
    {
        // Masks: over the first coarse pixel's centre; twelve fine pixels in the first and four in the second, over no centre; nowhere.
        float[] coarse = [5, -1, -2, -3, -4, -5];
        var fine = new float[3 * 8 * 16];
        Array.Fill(fine, -1);
        Fill(fine, 0, rows: 8, from: 0, to: 16);
        Fill(fine, 1, rows: 2, from: 2, to: 10);

        var means = Pool(coarse, fine, small);
        Assert.Equal(10, means[0], 1e-5f);
        Assert.Equal(small ? 0.75f * 10 + 0.25f * 30 : 0, means[1], 1e-5f);
        Assert.Equal(0, means[2]);
    }

    private static void Fill(float[] fine, int mask, int rows, int from, int to)
    {
        for (var y = 0; y < rows; y++)
        {
            Array.Fill(fine, 1, mask * 128 + y * 16 + from, to - from);
        }
    }

    private static float[] Pool(float[] coarse, float[] fine, bool small)
    {
        var graph = new GraphBuilder("test", WeightTable.None);
        var coarseMasks = graph.Input("coarse", Float, 3, 2);
        var fineMasks = graph.Input("fine", Float, 3, 128);
        var features = graph.Input("features", Float, 1, 2);
        var means = small
            ? MaskPooling.AddWithSmall(graph, coarseMasks, fineMasks, (3, 8, 16), 8, features)
            : MaskPooling.Add(graph, coarseMasks, features).Means;
        graph.Output("means", means, Float, 3, 1);
        string[] names = small ? ["coarse", "features", "fine"] : ["coarse", "features"];
        using var session = Sessions.Create().Create(graph.Build(), null);
        using var a = OrtValue.CreateTensorValueFromMemory(coarse, [3, 2]);
        using var b = OrtValue.CreateTensorValueFromMemory(new float[] { 10, 30 }, [1, 2]);
        using var c = OrtValue.CreateTensorValueFromMemory(fine, [3, 128]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, names, small ? [a, b, c] : [a, b], ["means"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
