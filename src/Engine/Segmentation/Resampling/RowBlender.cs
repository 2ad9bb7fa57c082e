using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The vertical pass of <see cref="ImagePreprocessor"/>: weighted sums of rows of bytes, rounded to 8 bits.</summary>
internal abstract unsafe class RowBlender
{
    /// <summary>Makes the fastest one for an axis that is not the identity.</summary>
    /// <param name="axis">Weights.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="path">What the processor has.</param>
    public static RowBlender Create(ResampleAxis axis, int rowBytes, ProcessorPath path) =>
        path == ProcessorPath.Avx512 && rowBytes >= Vector512<byte>.Count ? new VectorRowBlender<Vector512<byte>, Register512>(axis, rowBytes)
        : path >= ProcessorPath.Avx2 && rowBytes >= Vector256<byte>.Count ? new VectorRowBlender<Vector256<byte>, Register256>(axis, rowBytes)
        : rowBytes >= Vector128<byte>.Count ? new VectorRowBlender<Vector128<byte>, Register128>(axis, rowBytes)
        : new ScalarRowBlender(axis, rowBytes);

    /// <summary>One row of the result.</summary>
    /// <param name="rows">Its source rows, as many as the axis has taps for <paramref name="y"/>, and the last of them once more.</param>
    /// <param name="y">Which row of the result.</param>
    /// <param name="target">Where it goes; nothing behind its end is written.</param>
    public abstract void Run(byte** rows, int y, byte* target);
}
