namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// The last step from the network's log-probabilities to the numbers that masks are weighed with
/// (semantic_inference, panoptic_inference, instance_inference in MAFT-Plus and OpenSeg-R, maft/maft_plus.py).
/// </summary>
internal static class ClassScores
{
    /// <summary>
    /// Weights of semantic inference: softmax over all columns, void dropped, averaged over the reasons.
    /// </summary>
    /// <param name="output">The network's output.</param>
    /// <param name="weights">[T, Q], class-major, so that a class's row multiplies the masks.</param>
    public static void Semantic(in NetworkOutput output, Span<float> weights)
    {
        var columns = output.ClassCount + 1;
        weights.Clear();
        Span<float> row = columns <= 1024 ? stackalloc float[columns] : new float[columns];
        for (var q = 0; q < output.Queries; q++)
        {
            for (var r = 0; r < output.ReasonCount; r++)
            {
                Softmax(output.MaskClasses.Slice(((q * output.ReasonCount) + r) * columns, columns), row);
                for (var t = 0; t < output.ClassCount; t++)
                {
                    weights[(t * output.Queries) + q] += row[t] / output.ReasonCount;
                }
            }
        }
    }

    /// <summary>
    /// Softmaxed scores of panoptic and instance inference; with reasons the log-probabilities are averaged first.
    /// </summary>
    /// <param name="output">The network's output.</param>
    /// <param name="scores">[Q, T + 1], void last.</param>
    public static void PerQuery(in NetworkOutput output, Span<float> scores)
    {
        var columns = output.ClassCount + 1;
        Span<float> mean = columns <= 1024 ? stackalloc float[columns] : new float[columns];
        for (var q = 0; q < output.Queries; q++)
        {
            mean.Clear();
            for (var r = 0; r < output.ReasonCount; r++)
            {
                var logs = output.MaskClasses.Slice(((q * output.ReasonCount) + r) * columns, columns);
                for (var c = 0; c < columns; c++)
                {
                    mean[c] += logs[c];
                }
            }

            for (var c = 0; c < columns; c++)
            {
                mean[c] /= output.ReasonCount;
            }

            Softmax(mean, scores.Slice(q * columns, columns));
        }
    }

    private static void Softmax(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        var max = float.NegativeInfinity;
        foreach (var x in logits)
        {
            max = Math.Max(max, x);
        }

        var sum = 0f;
        for (var i = 0; i < logits.Length; i++)
        {
            probabilities[i] = MathF.Exp(logits[i] - max);
            sum += probabilities[i];
        }

        for (var i = 0; i < logits.Length; i++)
        {
            probabilities[i] /= sum;
        }
    }
}
