namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>22-bit weights as two 16-bit digits: weight = high * 2^<see cref="LowBits"/> + low.</summary>
internal static class Digits
{
    /// <summary>Bits of the low digit.</summary>
    public const int LowBits = 7;

    /// <summary>What sums of high digits begin with, so that the result is rounded: half a unit of it.</summary>
    public const int Rounding = 1 << (ResampleAxis.Precision - 1 - LowBits);

    /// <summary>Splits a weight of 0 to 1 (2^22).</summary>
    public static (short High, short Low) Split(int weight)
    {
        // A weight of 1 would need one high bit more than there are: its low digit takes it.
        var high = Math.Min(weight >> LowBits, short.MaxValue);
        return ((short)high, (short)(weight - (high << LowBits)));
    }
}
