namespace OpenSegR.Realtime.Graph;

/// <summary>
/// How far the large matrix products may round their operands. On the CPU sums, norms and activations are single precision always, and where
/// the processor lacks the instructions, the next better precision is used.
/// </summary>
public enum ProductPrecision
{
    /// <summary>Single precision: agrees with the reference to its tolerances.</summary>
    Fp32,

    /// <summary>
    /// On the CPU bfloat16 operands (AVX-512 BF16), about twice as fast. On a GPU of compute capability 8.0 the whole network, as with
    /// <see cref="Fp16"/>: three bits less, and the range of single precision.
    /// </summary>
    Bf16,

    /// <summary>
    /// Half precision on a GPU: the whole network but for what decides between classes, which stays single (see HalfPrecision).
    /// </summary>
    Fp16,

    /// <summary>8-bit integer operands with a scale for each row and group of inputs (AVX-512 VNNI), about four times as fast.</summary>
    Int8,
}
