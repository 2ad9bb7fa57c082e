using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>
/// Draws pixels around boundaries of two labels, 16 at a time: what <see cref="PixelPaint"/> and the arithmetic of
/// <see cref="OverlayMath"/> say, a lane for each pixel. One instance serves one thread at a time.
/// </summary>
internal sealed class BoundaryPainter
{
    /// <summary>Pixels of a group.</summary>
    public const int Lanes = 32;

    private const int HalfLanes = 16;
    private const int Full = 255 * OverlayMath.FillWeights;

    /// <summary>[Lanes] weight of the contour's window that differs from the pixel, 0 to <see cref="OverlayMath.ContourWeights"/>.</summary>
    public ushort[] ContourWeight { get; } = new ushort[Lanes];

    /// <summary>[Lanes] weight of the fill's window that differs from the pixel, 0 to <see cref="OverlayMath.FillWeights"/>.</summary>
    public ushort[] FillWeight { get; } = new ushort[Lanes];

    /// <summary>[Lanes] the other label; the pixel's own where there is none.</summary>
    public ushort[] Other { get; } = new ushort[Lanes];

    // What the lanes need of each pixel, gathered one by one.
    private readonly uint[] _pixels = new uint[Lanes];
    private readonly uint[] _ownFill = new uint[Lanes];
    private readonly uint[] _otherFill = new uint[Lanes];
    private readonly uint[] _ownContour = new uint[Lanes];
    private readonly uint[] _otherContour = new uint[Lanes];
    private readonly int[] _strength = new int[Lanes];

    /// <summary>Draws <paramref name="own"/>.Length pixels; <paramref name="from"/> and <paramref name="to"/> may be the same memory.</summary>
    /// <param name="job">What to draw.</param>
    /// <param name="own">Labels of the pixels, at most <see cref="Lanes"/>.</param>
    /// <param name="hasContour">False if all contour weights are 0.</param>
    /// <param name="from">Their 3-byte pixels.</param>
    /// <param name="to">As many.</param>
    public void Draw(in OverlayJob job, ReadOnlySpan<ushort> own, bool hasContour, ReadOnlySpan<byte> from, Span<byte> to)
    {
        ReadPixels(from);
        for (var n = 0; n < own.Length; n++)
        {
            _ownFill[n] = job.Fill[own[n]];
            _otherFill[n] = job.Fill[Other[n]];
        }

        for (var n = 0; n < own.Length && hasContour; n++)
        {
            _ownContour[n] = job.Contour[own[n]];
            _otherContour[n] = job.Contour[Other[n]];
            _strength[n] = job.Strength[ContourWeight[n]];
        }

        for (var half = 0; half < own.Length; half += HalfLanes)
        {
            DrawHalf(half, hasContour);
        }

        WritePixels(to);
    }

    // Four pixels at a time to a lane each; a load holds 12 bytes of use, so the last ones are read one by one.
    private void ReadPixels(ReadOnlySpan<byte> from)
    {
        ref var bytes = ref MemoryMarshal.GetReference(from);
        ref var pixels = ref MemoryMarshal.GetArrayDataReference(_pixels);
        var n = 0;
        for (; (3 * n) + 16 <= from.Length; n += 4)
        {
            var four = Vector128.LoadUnsafe(ref bytes, (nuint)(3 * n));
            Vector128.Shuffle(four, Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255)).AsUInt32().StoreUnsafe(ref pixels, (nuint)n);
        }

        for (; 3 * n < from.Length; n++)
        {
            _pixels[n] = (uint)(from[3 * n] | (from[(3 * n) + 1] << 8) | (from[(3 * n) + 2] << 16));
        }
    }

    // The way back. What a store writes too much is written again by the next.
    private void WritePixels(Span<byte> to)
    {
        ref var bytes = ref MemoryMarshal.GetReference(to);
        ref var pixels = ref MemoryMarshal.GetArrayDataReference(_pixels);
        var n = 0;
        for (; (3 * n) + 16 <= to.Length; n += 4)
        {
            var four = Vector128.LoadUnsafe(ref pixels, (nuint)n).AsByte();
            Vector128.Shuffle(four, Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255)).StoreUnsafe(ref bytes, (nuint)(3 * n));
        }

        for (; 3 * n < to.Length; n++)
        {
            to[3 * n] = (byte)_pixels[n];
            to[(3 * n) + 1] = (byte)(_pixels[n] >> 8);
            to[(3 * n) + 2] = (byte)(_pixels[n] >> 16);
        }
    }

    private void DrawHalf(int half, bool hasContour)
    {
        var (pixels, own, other) = (Load(_pixels, half), Load(_ownFill, half), Load(_otherFill, half));
        var weight = Widen(FillWeight, half);
        var ownAmount = (Vector512.Create(OverlayMath.FillWeights) - weight) * Alpha(own);
        var otherAmount = weight * Alpha(other);
        var keep = Vector512.Create(Full) - ownAmount - otherAmount;
        var value0 = Fill(Channel(pixels, 0), keep, ownAmount * Channel(own, 0), otherAmount * Channel(other, 0));
        var value1 = Fill(Channel(pixels, 1), keep, ownAmount * Channel(own, 1), otherAmount * Channel(other, 1));
        var value2 = Fill(Channel(pixels, 2), keep, ownAmount * Channel(own, 2), otherAmount * Channel(other, 2));
        if (hasContour)
        {
            (own, other) = (Load(_ownContour, half), Load(_otherContour, half));
            weight = Widen(ContourWeight, half);
            ownAmount = (Vector512.Create(OverlayMath.ContourWeights) - weight) * Alpha(own);
            otherAmount = weight * Alpha(other);
            var amount = ownAmount + otherAmount;
            var strength = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_strength), (nuint)half);
            // No contour where nothing differs or where neither label's has any alpha.
            var isDrawn = Vector512.GreaterThan(weight, Vector512<int>.Zero) & Vector512.GreaterThan(amount, Vector512<int>.Zero);
            var alpha = Div255(strength * Vector512.Max(Alpha(own), Alpha(other))) & isDrawn;
            var divisor = Vector512.ConvertToSingle(Vector512.Max(amount, Vector512<int>.One));
            var rounding = amount >> 1;
            value0 = Line(value0, alpha, rounding + (ownAmount * Channel(own, 0)) + (otherAmount * Channel(other, 0)), divisor);
            value1 = Line(value1, alpha, rounding + (ownAmount * Channel(own, 1)) + (otherAmount * Channel(other, 1)), divisor);
            value2 = Line(value2, alpha, rounding + (ownAmount * Channel(own, 2)) + (otherAmount * Channel(other, 2)), divisor);
        }

        var result = value0 | (value1 << 8) | (value2 << 16);
        result.AsUInt32().StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_pixels), (nuint)half);
    }

    // (pixel * keep + own + other + Full / 2) / Full. The half that is added to the sum, below 2^21, keeps it 2^-13 of a quotient away from
    // whole numbers, and the error of the product with the reciprocal is below 2^-14.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Fill(Vector512<int> pixel, Vector512<int> keep, Vector512<int> own, Vector512<int> other)
    {
        var sum = Vector512.ConvertToSingle((pixel * keep) + own + other + Vector512.Create(Full / 2));
        return Vector512.ConvertToInt32((sum + Vector512.Create(0.5f)) * Vector512.Create(1f / Full));
    }

    // Exact in single precision: the sum is below 2^24, the divisor at most 255 * 256, and so no quotient below a whole number n of at most
    // 255 is nearer to n than a unit in the last place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Line(Vector512<int> value, Vector512<int> alpha, Vector512<int> sum, Vector512<float> divisor)
    {
        var line = Vector512.ConvertToInt32(Vector512.ConvertToSingle(sum) / divisor);
        return Div255((value * (Vector512.Create(255) - alpha)) + (line * alpha));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Div255(Vector512<int> value)
    {
        var t = value + Vector512.Create(128);
        return (t + (t >> 8)) >> 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Alpha(Vector512<uint> color) => (color >>> 24).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Channel(Vector512<uint> color, int channel) => ((color >>> (8 * channel)) & Vector512.Create(255u)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Load(uint[] values, int half) => Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(ushort[] values, int half)
    {
        var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)half));
        return Vector512.Create(low.AsInt32(), high.AsInt32());
    }
}
