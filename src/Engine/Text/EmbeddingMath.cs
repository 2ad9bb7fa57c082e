using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Text;

/// <summary>Arithmetic on text features.</summary>
internal static class EmbeddingMath
{
    /// <summary>Sum of the squares of a row.</summary>
    public static float SquaredNorm(ReadOnlySpan<float> row) => Dot(row, row);

    /// <summary>Sum of the products of two rows of one length.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        // Whole vectors first, then the rest one by one.
        var a = MemoryMarshal.Cast<float, Vector<float>>(left);
        var b = MemoryMarshal.Cast<float, Vector<float>>(right);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < a.Length; i++)
        {
            sums += a[i] * b[i];
        }

        var sum = Vector.Sum(sums);
        for (var i = a.Length * Vector<float>.Count; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    /// <summary>
    /// Normalises each feature, averages them and normalises the mean (CLIP's prompt ensemble; OpenSeg-R, get_text_classifier_general).
    /// Sums are kept in double precision.
    /// </summary>
    /// <param name="features">[G, C].</param>
    /// <param name="row">[C], the result.</param>
    /// <returns>False where a feature or the mean has no direction: all zero, or not finite.</returns>
    public static bool TryAverage(ReadOnlySpan<float> features, Span<float> row)
    {
        Span<double> mean = row.Length <= 1024 ? stackalloc double[row.Length] : new double[row.Length];
        mean.Clear();
        for (var start = 0; start < features.Length; start += row.Length)
        {
            var feature = features.Slice(start, row.Length);
            double sum = 0;
            foreach (var value in feature)
            {
                sum += (double)value * value;
            }

            var scale = 1 / Math.Sqrt(sum);
            if (!double.IsFinite(scale) || scale == 0)
            {
                return false;
            }

            for (var i = 0; i < mean.Length; i++)
            {
                mean[i] += feature[i] * scale;
            }
        }

        double total = 0;
        foreach (var value in mean)
        {
            total += value * value;
        }

        var length = Math.Sqrt(total);
        for (var i = 0; i < mean.Length; i++)
        {
            row[i] = (float)(mean[i] / length);
        }

        return length > 0;
    }
}
