using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The horizontal pass of <see cref="ImagePreprocessor"/>: rows of interleaved 8-bit pixels to rows of the resized width, rounded to 8 bits as
/// Pillow does between its passes. Tables are made once for an axis; any number of threads may use one.
/// </summary>
internal abstract unsafe class RowResampler
{
    /// <summary>Rows that one call takes best.</summary>
    public const int RowsAtOnce = 4;

    /// <summary>Bytes that may be written behind the end of a row of the result.</summary>
    public const int Slack = 64;

    /// <summary>Makes the fastest one for an axis that is not the identity.</summary>
    /// <param name="axis">Weights.</param>
    /// <param name="path">What the processor has.</param>
    public static RowResampler Create(ResampleAxis axis, ProcessorPath path)
    {
        var fractions = new AxisFractions(axis, hasOneShift: true);
        RowResampler? resampler = null;
        if (path == ProcessorPath.Avx512)
        {
            resampler ??= TryFractions<Vector512<byte>, Register512, SingleWindow>(axis, fractions);
            resampler ??= TryFractions<Vector512<byte>, Register512, DoubleWindow>(axis, fractions);
            resampler ??= TryDigits<Vector512<byte>, Register512, SingleWindow>(axis);
            resampler ??= TryDigits<Vector512<byte>, Register512, DoubleWindow>(axis);
        }

        if (path >= ProcessorPath.Avx2)
        {
            resampler ??= TryFractions<Vector256<byte>, Register256, Register256>(axis, fractions);
            resampler ??= TryDigits<Vector256<byte>, Register256, Register256>(axis);
        }

        resampler ??= TryFractions<Vector128<byte>, Register128, Register128>(axis, fractions);
        resampler ??= TryDigits<Vector128<byte>, Register128, Register128>(axis);
        return resampler ?? new ScalarRowResampler(axis);
    }

    /// <summary>Resamples consecutive rows.</summary>
    /// <param name="source">First row; nothing behind the last of <paramref name="rows"/> is read.</param>
    /// <param name="stride">Bytes from one source row to the next.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="target">First row of the result.</param>
    /// <param name="pitch">Bytes from one row of the result to the next; <see cref="Slack"/> more than a row has, or more.</param>
    public abstract void Run(byte* source, long stride, int rows, byte* target, long pitch);

    private static FractionRowResampler<T, TRegister, TWindow>? TryFractions<T, TRegister, TWindow>(ResampleAxis axis, AxisFractions fractions)
        where T : unmanaged
        where TRegister : struct, IRegister<T>
        where TWindow : struct, IByteWindow<T> =>
        fractions.IsComplete && RowPlan.TryCreate<T, TRegister, TWindow>(axis, sizeof(ushort)) is { } plan
            ? new FractionRowResampler<T, TRegister, TWindow>(plan, fractions)
            : null;

    private static DigitRowResampler<T, TRegister, TWindow>? TryDigits<T, TRegister, TWindow>(ResampleAxis axis)
        where T : unmanaged
        where TRegister : struct, IRegister<T>
        where TWindow : struct, IByteWindow<T> =>
        RowPlan.TryCreate<T, TRegister, TWindow>(axis, sizeof(int)) is { } plan
            ? new DigitRowResampler<T, TRegister, TWindow>(plan, axis)
            : null;
}
