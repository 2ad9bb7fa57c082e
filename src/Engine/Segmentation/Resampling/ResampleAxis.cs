namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// One axis of Pillow's bilinear (triangle filter, antialiased when shrinking) resampling of 8-bit pictures, in its 22-bit fixed-point form.
/// The rules are those of Pillow's Resample.c; detectron2 resizes images with it before they enter the network.
/// </summary>
internal sealed class ResampleAxis
{
    /// <summary>Fractional bits of a weight.</summary>
    public const int Precision = 22;

    public ResampleAxis(int inputLength, int outputLength)
    {
        InputLength = inputLength;
        OutputLength = outputLength;
        First = new int[outputLength];
        Count = new int[outputLength];
        var scale = inputLength / (double)outputLength;
        var support = Math.Max(scale, 1.0);
        MaxTaps = ((int)Math.Ceiling(support) * 2) + 1;
        Weights = new int[outputLength * MaxTaps];
        Span<double> weights = new double[MaxTaps];
        for (var i = 0; i < outputLength; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(inputLength, (int)(centre + support + 0.5));
            var sum = 0.0;
            for (var x = first; x < end; x++)
            {
                var weight = Math.Max(0.0, 1.0 - Math.Abs((x - centre + 0.5) / support));
                weights[x - first] = weight;
                sum += weight;
            }

            First[i] = first;
            Count[i] = end - first;
            for (var k = 0; k < end - first; k++)
            {
                Weights[(i * MaxTaps) + k] = (int)((weights[k] / sum * (1 << Precision)) + 0.5);
            }
        }
    }

    public int InputLength { get; }

    public int OutputLength { get; }

    /// <summary>Most input samples that one output sample depends on.</summary>
    public int MaxTaps { get; }

    /// <summary>[OutputLength] first input sample of each output sample.</summary>
    public int[] First { get; }

    /// <summary>[OutputLength] number of input samples of each output sample.</summary>
    public int[] Count { get; }

    /// <summary>[OutputLength, MaxTaps] fixed-point weights.</summary>
    public int[] Weights { get; }

    public bool IsIdentity => InputLength == OutputLength;
}
