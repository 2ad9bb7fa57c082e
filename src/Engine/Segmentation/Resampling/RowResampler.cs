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
        RowResampler? wide = path == ProcessorPath.Avx512
            ? FractionRowResampler.TryCreate(axis) ?? (RowResampler?)DigitRowResampler.TryCreate(axis)
            : null;
        return wide ?? (path >= ProcessorPath.Avx2 ? new PairRowResampler(axis) : new PortableRowResampler(axis));
    }

    /// <summary>Resamples consecutive rows.</summary>
    /// <param name="source">First row.</param>
    /// <param name="stride">Bytes from one source row to the next.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="end">End of the picture: nothing from here on may be read.</param>
    /// <param name="target">First row of the result.</param>
    /// <param name="pitch">Bytes from one row of the result to the next; <see cref="Slack"/> more than a row has, or more.</param>
    public abstract void Run(byte* source, long stride, int rows, byte* end, byte* target, long pitch);
}
