using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The vertical pass with AVX-512, 64 bytes at a time and two rows at a time, whose bytes are interleaved. Rows whose weights are small
/// fractions (<see cref="SmallFraction"/>) are summed in 16 bits, others in 32 with weights of two digits (<see cref="Digits"/>).
/// </summary>
internal sealed unsafe class WideRowBlender
{
    /// <summary>Bytes done at a time, and the fewest that a row may have.</summary>
    public const int Step = 64;

    private readonly ResampleAxis _axis;
    private readonly int _pairs;

    // [OutputLength] denominators, 0 where there is none; their reciprocals and the shifts that go with them.
    private readonly int[] _denominators;
    private readonly ushort[] _reciprocals;
    private readonly int[] _shifts;

    // [OutputLength, pairs] two numerators (8 bits each), or two high and two low digits (16 bits each).
    private readonly int[] _high;
    private readonly int[] _low;

    /// <summary>Makes the tables of an axis.</summary>
    public WideRowBlender(ResampleAxis axis)
    {
        _axis = axis;
        _pairs = (axis.Count.Max() + 1) / 2;
        (_denominators, _reciprocals, _shifts) = (new int[axis.OutputLength], new ushort[axis.OutputLength], new int[axis.OutputLength]);
        (_high, _low) = (new int[axis.OutputLength * _pairs], new int[axis.OutputLength * _pairs]);
        var numerators = new byte[axis.MaxTaps];
        var reciprocals = new Dictionary<int, ushort>();
        for (var y = 0; y < axis.OutputLength; y++)
        {
            var weights = axis.Weights.AsSpan(y * axis.MaxTaps, axis.Count[y]);
            var denominator = SmallFraction.Find(weights, numerators);
            if (denominator != 0)
            {
                _shifts[y] = SmallFraction.Shift(denominator);
                if (!reciprocals.TryGetValue(denominator, out _reciprocals[y]))
                {
                    _reciprocals[y] = reciprocals[denominator] = SmallFraction.Reciprocal(denominator, _shifts[y]);
                }

                _denominators[y] = _reciprocals[y] == 0 ? 0 : denominator;
            }

            for (var k = 0; k < weights.Length; k++)
            {
                var at = (y * _pairs) + (k / 2);
                var (high, low) = Digits.Split(weights[k]);
                if (_denominators[y] != 0)
                {
                    _high[at] |= numerators[k] << (8 * (k % 2));
                }
                else
                {
                    _high[at] |= (ushort)high << (16 * (k % 2));
                    _low[at] |= (ushort)low << (16 * (k % 2));
                }
            }
        }
    }

    /// <summary>One row of the result; see <see cref="RowBlender.Run"/>.</summary>
    public void Run(byte** rows, int rowBytes, int y, byte* target)
    {
        fixed (int* high = &_high[y * _pairs], low = &_low[y * _pairs])
        {
            if (_denominators[y] != 0)
            {
                BlendFractions(rows, y, high, rowBytes, target);
            }
            else
            {
                BlendDigits(rows, y, high, low, rowBytes, target);
            }
        }
    }

    private void BlendFractions(byte** rows, int y, int* numerators, int rowBytes, byte* target)
    {
        var (count, shift) = (_axis.Count[y], _shifts[y]);
        var rounding = Vector512.Create((short)(_denominators[y] / 2));
        var reciprocal = Vector512.Create(_reciprocals[y]);
        for (var x = 0; x < rowBytes; x += Step)
        {
            // The last step is moved back to end with the row.
            x = Math.Min(x, rowBytes - Step);
            var (low, high) = (rounding, rounding);
            for (var k = 0; k < count; k += 2)
            {
                // The row after the last weighs nothing.
                var a = Vector512.Load(rows[k] + x);
                var b = Vector512.Load(rows[Math.Min(k + 1, count - 1)] + x);
                var weights = Vector512.Create((short)numerators[k / 2]).AsSByte();
                low += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(a, b), weights);
                high += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(a, b), weights);
            }

            // Unpacking and packing work in each quarter of a register by itself: what the first takes apart, the second joins in order.
            var lower = (Avx512BW.MultiplyHigh(low.AsUInt16(), reciprocal) >>> shift).AsInt16();
            var upper = (Avx512BW.MultiplyHigh(high.AsUInt16(), reciprocal) >>> shift).AsInt16();
            Avx512BW.PackUnsignedSaturate(lower, upper).Store(target + x);
        }
    }

    private void BlendDigits(byte** rows, int y, int* highs, int* lows, int rowBytes, byte* target)
    {
        var count = _axis.Count[y];
        for (var x = 0; x < rowBytes; x += Step)
        {
            x = Math.Min(x, rowBytes - Step);
            var high0 = Vector512.Create(Digits.Rounding);
            var (high1, high2, high3) = (high0, high0, high0);
            var (low0, low1, low2, low3) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            for (var k = 0; k < count; k += 2)
            {
                var a = Vector512.Load(rows[k] + x);
                var b = Vector512.Load(rows[Math.Min(k + 1, count - 1)] + x);
                var (high, low) = (Vector512.Create(highs[k / 2]).AsInt16(), Vector512.Create(lows[k / 2]).AsInt16());
                var (lower, upper) = (Avx512BW.UnpackLow(a, b), Avx512BW.UnpackHigh(a, b));
                var pixels = Avx512BW.UnpackLow(lower, Vector512<byte>.Zero).AsInt16();
                high0 += Avx512BW.MultiplyAddAdjacent(pixels, high);
                low0 += Avx512BW.MultiplyAddAdjacent(pixels, low);
                pixels = Avx512BW.UnpackHigh(lower, Vector512<byte>.Zero).AsInt16();
                high1 += Avx512BW.MultiplyAddAdjacent(pixels, high);
                low1 += Avx512BW.MultiplyAddAdjacent(pixels, low);
                pixels = Avx512BW.UnpackLow(upper, Vector512<byte>.Zero).AsInt16();
                high2 += Avx512BW.MultiplyAddAdjacent(pixels, high);
                low2 += Avx512BW.MultiplyAddAdjacent(pixels, low);
                pixels = Avx512BW.UnpackHigh(upper, Vector512<byte>.Zero).AsInt16();
                high3 += Avx512BW.MultiplyAddAdjacent(pixels, high);
                low3 += Avx512BW.MultiplyAddAdjacent(pixels, low);
            }

            var words0 = Avx512BW.PackSignedSaturate(Finish(high0, low0), Finish(high1, low1));
            var words1 = Avx512BW.PackSignedSaturate(Finish(high2, low2), Finish(high3, low3));
            Avx512BW.PackUnsignedSaturate(words0, words1).Store(target + x);
        }
    }

    private static Vector512<int> Finish(Vector512<int> high, Vector512<int> low) =>
        ((high << Digits.LowBits) + low) >> ResampleAxis.Precision;
}
