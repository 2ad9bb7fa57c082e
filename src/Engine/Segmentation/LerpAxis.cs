namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// One axis of bilinear interpolation with half-pixel centres and without antialiasing, as PyTorch's
/// <c>interpolate(mode="bilinear", align_corners=False)</c> computes it, in single precision.
/// </summary>
internal sealed class LerpAxis
{
    public LerpAxis(int inputLength, int outputLength)
    {
        InputLength = inputLength;
        OutputLength = outputLength;
        Low = new int[outputLength];
        High = new int[outputLength];
        Fraction = new float[outputLength];
        var scale = inputLength / (float)outputLength;
        for (var i = 0; i < outputLength; i++)
        {
            var position = Math.Max(0f, (scale * (i + 0.5f)) - 0.5f);
            var low = Math.Min((int)position, inputLength - 1);
            Low[i] = low;
            High[i] = Math.Min(low + 1, inputLength - 1);
            Fraction[i] = position - low;
        }
    }

    public int InputLength { get; }

    public int OutputLength { get; }

    /// <summary>[OutputLength] index of the sample at or before the position.</summary>
    public int[] Low { get; }

    /// <summary>[OutputLength] index of the sample after it.</summary>
    public int[] High { get; }

    /// <summary>[OutputLength] weight of the sample after, 0 to below 1.</summary>
    public float[] Fraction { get; }

    public bool IsIdentity => InputLength == OutputLength;

    /// <summary>Interpolates one line: <paramref name="source"/> [InputLength] to <paramref name="target"/> [OutputLength].</summary>
    public void Apply(ReadOnlySpan<float> source, Span<float> target)
    {
        if (IsIdentity)
        {
            source[..OutputLength].CopyTo(target);
            return;
        }

        var low = Low;
        var high = High;
        var fraction = Fraction;
        target = target[..low.Length];
        for (var i = 0; i < target.Length; i++)
        {
            var a = source[low[i]];
            target[i] = a + (fraction[i] * (source[high[i]] - a));
        }
    }
}
