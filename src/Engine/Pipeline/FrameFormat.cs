namespace OpenSegR.Realtime.Pipeline;

/// <summary>Size and pixel layout of a frame, kept together so that no field is lost on the way.</summary>
/// <param name="Width">Width in pixels, 1 to 16384.</param>
/// <param name="Height">Height in pixels, 1 to 16384.</param>
/// <param name="PixelFormat">Channel order.</param>
public readonly record struct FrameFormat(int Width, int Height, PixelFormat PixelFormat = PixelFormat.Bgr24)
{
    /// <summary>Largest width or height that the engine accepts, in pixels.</summary>
    public const int MaxSide = 16384;

    /// <summary>Bytes of one row; rows follow one another without padding.</summary>
    public int Stride => Width * 3;

    /// <summary>Bytes of one frame.</summary>
    public int ByteCount => checked(Stride * Height);

    /// <summary>Returns the format, or throws if a side is out of range.</summary>
    /// <exception cref="InputException">A side is below 1 or above <see cref="MaxSide"/>.</exception>
    public FrameFormat Validated() =>
        Width is >= 1 and <= MaxSide && Height is >= 1 and <= MaxSide
            ? this
            : throw new InputException($"a frame of {Width}x{Height} pixels is not supported: each side must be 1 to {MaxSide}");

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height} {PixelFormat}";
}
