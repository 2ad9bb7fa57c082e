namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>
/// The two-dimensional sine position embedding of DETR (Carion et al., 2020), normalised to 2 pi, as in the reference's
/// position_encoding.py. Written with operators also for known sizes: runtimes compute it once when they load the graph.
/// </summary>
internal static class SinePositions
{
    private const double Temperature = 10000;

    /// <summary>Adds the embedding of a height x width map: [height * width, channels]; the first half of the channels encodes y, the second x.</summary>
    public static Value Add(GraphBuilder graph, Dim height, Dim width, int channels)
    {
        using var scope = graph.Scope("positions");
        using var single = graph.SinglePrecision(); // angles, and computed once when the graph is loaded
        var half = channels / 2;
        var y = Axis(graph, height, half);
        var x = Axis(graph, width, half);

        // [h, 1, C/2] and [1, w, C/2] -> [h, w, C] -> [h*w, C]
        var shape = graph.ToVector(height, width, half);
        var rows = graph.Node("Expand", [graph.Unsqueeze(y, 1), shape]);
        var columns = graph.Node("Expand", [graph.Unsqueeze(x, 0), shape]);
        return graph.Reshape(graph.Concat(2, rows, columns), Dim.Infer, channels);
    }

    // [n, features]: position i (counted from 1) over n + 1e-6, times 2 pi, divided by each wavelength; sine in even columns, cosine in odd.
    private static Value Axis(GraphBuilder graph, Dim count, int features)
    {
        var positions = graph.Add(graph.Range(count), graph.Scalar(1f));
        var normalised = graph.Mul(graph.Div(positions, graph.Add(graph.ToFloat(count), graph.Scalar(1e-6f))), graph.Scalar(2 * MathF.PI));
        var wavelengths = new float[features];
        var even = new bool[features];
        for (var i = 0; i < features; i++)
        {
            wavelengths[i] = (float)Math.Pow(Temperature, 2 * (i / 2) / (double)features);
            even[i] = i % 2 == 0;
        }

        var angles = graph.Div(graph.Unsqueeze(normalised, 1), graph.Constant(wavelengths, 1, features));
        return graph.Node("Where", [graph.Constant(even, 1, features), graph.Node("Sin", [angles]), graph.Node("Cos", [angles])]);
    }
}
