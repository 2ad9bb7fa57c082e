using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Protos;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// How fast the machine multiplies float32 matrices at its best: what a network's speed is to be held against. Large square products, by ONNX
/// Runtime's own operator and by this project's; the faster one counts.
/// </summary>
public static class ProductRate
{
    private const int Side = 2048;
    private const int Rounds = 12;

    /// <summary>Measures for about a second.</summary>
    /// <param name="settings">Provider, threads and custom operators as in the networks to be compared.</param>
    /// <param name="cancellationToken">Ends it between two products.</param>
    /// <returns>10^9 operations a second, a multiplication and an addition being two.</returns>
    /// <exception cref="SegrException">The provider asked for does not work.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double MeasureGflops(InferenceSettings settings, CancellationToken cancellationToken = default)
    {
        var sessions = new SessionFactory(settings, null, cancellationToken);
        var best = double.MaxValue;
        foreach (var own in sessions.Operators.Dense ? new[] { false, true } : [false])
        {
            using var session = sessions.Create(Graph(sessions, own), null);
            using var options = new RunOptions();
            using var binding = session.CreateIoBinding();
            using var input = OrtValue.CreateTensorValueFromMemory(Numbers(), [Side, Side]);
            binding.BindInput("x", input);
            binding.BindOutputToDevice("y", OrtMemoryInfo.DefaultInstance);
            for (var round = 0; round < Rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var start = Stopwatch.GetTimestamp();
                session.RunWithBinding(options, binding);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return 2.0 * Side * Side * Side / best / 1e9;
    }

    private static byte[] Graph(SessionFactory sessions, bool own)
    {
        var graph = new GraphBuilder("product", WeightTable.None, sessions.Operators);
        var x = graph.Input("x", TensorProto.Types.DataType.Float, Side, Side);
        var weight = graph.Constant(Numbers(), Side, Side);
        var y = own
            ? graph.CustomNode("Linear", [x, weight], ("activation", "none"), ("precision", "fp32"))
            : graph.MatMul(x, weight);
        graph.Output("y", y, TensorProto.Types.DataType.Float, Side, Side);
        return graph.Build();
    }

    private static float[] Numbers()
    {
        var numbers = new float[Side * Side];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = ((i % 255) - 127) / 128f;
        }

        return numbers;
    }
}
