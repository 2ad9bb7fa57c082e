namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Brings mask logits to the size at which pixels are decided, row by row. In the reference's order (sem_seg_postprocess): bilinear from
/// stride 4 to the padded input, crop to the picture, bilinear to the output size.
/// </summary>
internal sealed class MaskResampler
{
    private readonly int _maskWidth;
    private readonly LerpAxis? _upX;
    private readonly LerpAxis? _upY;
    private readonly LerpAxis? _outX;
    private readonly LerpAxis? _outY;

    private MaskResampler(int maskWidth, int width, int height, LerpAxis? upX, LerpAxis? upY, LerpAxis? outX, LerpAxis? outY)
    {
        _maskWidth = maskWidth;
        Width = width;
        Height = height;
        _upX = upX;
        _upY = upY;
        _outX = outX;
        _outY = outY;
    }

    /// <summary>Length of a row that <see cref="Row"/> makes.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>Scratch values that <see cref="Row"/> needs.</summary>
    public int ScratchLength => _upX is null ? 0 : (2 * _upX.OutputLength) + _maskWidth;

    /// <summary>No resampling: the part of the logits that the picture covers.</summary>
    public static MaskResampler Stride4(in ImageGeometry geometry) =>
        new(geometry.MaskWidth, geometry.ValidMaskWidth, geometry.ValidMaskHeight, null, null, null, null);

    /// <summary>To the resized picture, the crop of the padded input.</summary>
    public static MaskResampler ToResized(in ImageGeometry geometry) =>
        new(geometry.MaskWidth, geometry.ResizedWidth, geometry.ResizedHeight,
            new LerpAxis(geometry.MaskWidth, geometry.PaddedWidth), new LerpAxis(geometry.MaskHeight, geometry.PaddedHeight), null, null);

    /// <summary>To the frame, by way of the resized picture.</summary>
    public static MaskResampler ToFrame(in ImageGeometry geometry) =>
        new(geometry.MaskWidth, geometry.SourceWidth, geometry.SourceHeight,
            new LerpAxis(geometry.MaskWidth, geometry.PaddedWidth), new LerpAxis(geometry.MaskHeight, geometry.PaddedHeight),
            new LerpAxis(geometry.ResizedWidth, geometry.SourceWidth), new LerpAxis(geometry.ResizedHeight, geometry.SourceHeight));

    /// <summary>Makes one row of one mask.</summary>
    /// <param name="mask">[MaskHeight, MaskWidth] logits of one query.</param>
    /// <param name="y">Row of the result.</param>
    /// <param name="target">[Width].</param>
    /// <param name="scratch">[ScratchLength], this thread's own.</param>
    public void Row(ReadOnlySpan<float> mask, int y, Span<float> target, Span<float> scratch)
    {
        if (_upX is null)
        {
            mask.Slice(y * _maskWidth, Width).CopyTo(target);
            return;
        }

        if (_outX is null || _outY is null)
        {
            UpsampledRow(mask, y, scratch[.._upX.OutputLength], scratch[(2 * _upX.OutputLength)..]);
            scratch[..Width].CopyTo(target);
            return;
        }

        var low = scratch[.._upX.OutputLength];
        var high = scratch.Slice(_upX.OutputLength, _upX.OutputLength);
        var line = scratch[(2 * _upX.OutputLength)..];
        UpsampledRow(mask, _outY.Low[y], low, line);
        var fraction = _outY.Fraction[y];
        if (fraction != 0f)
        {
            UpsampledRow(mask, _outY.High[y], high, line);
            VectorMath.Lerp(low, high, fraction, low);
        }

        _outX.Apply(low[.._outX.InputLength], target);
    }

    private void UpsampledRow(ReadOnlySpan<float> mask, int y, Span<float> target, Span<float> line)
    {
        var low = mask.Slice(_upY!.Low[y] * _maskWidth, _maskWidth);
        var high = mask.Slice(_upY.High[y] * _maskWidth, _maskWidth);
        VectorMath.Lerp(low, high, _upY.Fraction[y], line[.._maskWidth]);
        _upX!.Apply(line[.._maskWidth], target);
    }
}
