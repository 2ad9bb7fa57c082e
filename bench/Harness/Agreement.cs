using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Bench;

/// <summary>How far two networks agree on the same picture.</summary>
internal static class Agreement
{
    /// <summary>The best class of each pixel at stride 4, by semantic inference: sum over queries of p(class) * sigmoid(mask).</summary>
    /// <param name="path">A file with mask_logits [Q, h, w] and mask_classes [Q, classes + 1], log-probabilities with void last.</param>
    public static ushort[] Labels(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var (logits, classes) = (file.ReadFloats("mask_logits"), file.ReadFloats("mask_classes"));
        var queries = file["mask_logits"].Shape[0];
        var (pixels, columns) = (logits.Length / queries, classes.Length / queries);
        var probabilities = new float[queries * (columns - 1)];
        for (var q = 0; q < queries; q++)
        {
            var row = classes.AsSpan(q * columns, columns);
            var largest = row[0];
            foreach (var value in row)
            {
                largest = Math.Max(largest, value);
            }

            var sum = 0f;
            foreach (var value in row)
            {
                sum += MathF.Exp(value - largest);
            }

            for (var c = 0; c < columns - 1; c++)
            {
                probabilities[(q * (columns - 1)) + c] = MathF.Exp(row[c] - largest) / sum;
            }
        }

        var labels = new ushort[pixels];
        var scores = new float[columns - 1];
        for (var p = 0; p < pixels; p++)
        {
            Array.Clear(scores);
            for (var q = 0; q < queries; q++)
            {
                var mask = 1 / (1 + MathF.Exp(-logits[(q * pixels) + p]));
                for (var c = 0; c < scores.Length; c++)
                {
                    scores[c] += mask * probabilities[(q * (columns - 1)) + c];
                }
            }

            labels[p] = (ushort)scores.AsSpan().IndexOf(scores.Max());
        }

        return labels;
    }

    /// <summary>Share of pixels with the same class, 0 to 1.</summary>
    public static double Of(ushort[] one, ushort[] other)
    {
        if (one.Length != other.Length)
        {
            throw new SegrException($"the networks' masks have {one.Length} and {other.Length} pixels: they saw different pictures");
        }

        var same = one.Zip(other, (a, b) => a == b ? 1 : 0).Sum();
        return same / (double)one.Length;
    }
}
