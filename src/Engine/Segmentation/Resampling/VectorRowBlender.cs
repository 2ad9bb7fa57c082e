using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The vertical pass in registers, two rows at a time, whose bytes are interleaved. Rows whose weights are small fractions
/// (<see cref="SmallFraction"/>) are summed in 16 bits, others in 32 with weights of two digits (<see cref="Digits"/>).
/// </summary>
/// <typeparam name="T">The vector of bytes.</typeparam>
/// <typeparam name="TRegister">What to do with it.</typeparam>
internal sealed unsafe class VectorRowBlender<T, TRegister> : RowBlender
    where T : unmanaged
    where TRegister : struct, IRegister<T>
{
    private readonly ResampleAxis _axis;
    private readonly AxisFractions _fractions;
    private readonly int _rowBytes;
    private readonly int _pairs;

    // [OutputLength, pairs] two numerators (8 bits each, twice), or two high and two low digits (16 bits each).
    private readonly int[] _high;
    private readonly int[] _low;

    /// <summary>Makes the tables.</summary>
    /// <param name="axis">Weights.</param>
    /// <param name="rowBytes">Bytes of a row, as many as a register has or more.</param>
    public VectorRowBlender(ResampleAxis axis, int rowBytes)
    {
        (_axis, _rowBytes) = (axis, rowBytes);
        _fractions = new AxisFractions(axis, hasOneShift: false);
        _pairs = (axis.Count.Max() + 1) / 2;
        (_high, _low) = (new int[axis.OutputLength * _pairs], new int[axis.OutputLength * _pairs]);
        for (var y = 0; y < axis.OutputLength; y++)
        {
            for (var k = 0; k < axis.Count[y]; k++)
            {
                var at = (y * _pairs) + (k / 2);
                if (_fractions.Denominators[y] != 0)
                {
                    _high[at] |= (_fractions.Numerators(y)[k] * 0x10001) << (8 * (k % 2));
                }
                else
                {
                    var (high, low) = Digits.Split(axis.Weights[(y * axis.MaxTaps) + k]);
                    _high[at] |= (ushort)high << (16 * (k % 2));
                    _low[at] |= (ushort)low << (16 * (k % 2));
                }
            }
        }
    }

    public override void Run(byte** rows, int y, byte* target)
    {
        fixed (int* high = &_high[y * _pairs], low = &_low[y * _pairs])
        {
            if (_fractions.Denominators[y] != 0)
            {
                BlendFractions(rows, y, high, target);
            }
            else
            {
                BlendDigits(rows, y, high, low, target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BlendFractions(byte** rows, int y, int* numerators, byte* target)
    {
        var (count, last, shift) = (_axis.Count[y], _rowBytes - sizeof(T), _fractions.Shifts[y]);
        var rounding = TRegister.Repeat(_fractions.Denominators[y] / 2 * 0x10001);
        var reciprocal = TRegister.Repeat(_fractions.Reciprocals[y] * 0x10001);
        for (var x = 0; x < _rowBytes; x += sizeof(T))
        {
            // The last step is moved back to end with the row.
            x = Math.Min(x, last);
            var (low, high) = (rounding, rounding);
            for (var k = 0; k < count; k += 2)
            {
                // The row after the last is the last again, and weighs nothing.
                var (a, b, weights) = (TRegister.Load(rows[k] + x), TRegister.Load(rows[k + 1] + x), TRegister.Repeat(numerators[k / 2]));
                low = TRegister.AddWords(low, TRegister.MultiplyAddBytes(TRegister.InterleaveLow(a, b), weights));
                high = TRegister.AddWords(high, TRegister.MultiplyAddBytes(TRegister.InterleaveHigh(a, b), weights));
            }

            low = TRegister.DivideWords(low, reciprocal, shift);
            high = TRegister.DivideWords(high, reciprocal, shift);
            TRegister.Store(TRegister.NarrowWords(low, high), target + x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BlendDigits(byte** rows, int y, int* highs, int* lows, byte* target)
    {
        var (count, last) = (_axis.Count[y], _rowBytes - sizeof(T));
        for (var x = 0; x < _rowBytes; x += sizeof(T))
        {
            x = Math.Min(x, last);
            var (high0, low0) = (TRegister.Repeat(Digits.Rounding), TRegister.Repeat(0));
            var (high1, high2, high3) = (high0, high0, high0);
            var (low1, low2, low3) = (low0, low0, low0);
            for (var k = 0; k < count; k += 2)
            {
                var (a, b) = (TRegister.Load(rows[k] + x), TRegister.Load(rows[k + 1] + x));
                var (high, low) = (TRegister.Repeat(highs[k / 2]), TRegister.Repeat(lows[k / 2]));
                var (lower, upper) = (TRegister.InterleaveLow(a, b), TRegister.InterleaveHigh(a, b));
                var words = TRegister.InterleaveLow(lower, default);
                high0 = TRegister.AddIntegers(high0, TRegister.MultiplyAddWords(words, high));
                low0 = TRegister.AddIntegers(low0, TRegister.MultiplyAddWords(words, low));
                words = TRegister.InterleaveHigh(lower, default);
                high1 = TRegister.AddIntegers(high1, TRegister.MultiplyAddWords(words, high));
                low1 = TRegister.AddIntegers(low1, TRegister.MultiplyAddWords(words, low));
                words = TRegister.InterleaveLow(upper, default);
                high2 = TRegister.AddIntegers(high2, TRegister.MultiplyAddWords(words, high));
                low2 = TRegister.AddIntegers(low2, TRegister.MultiplyAddWords(words, low));
                words = TRegister.InterleaveHigh(upper, default);
                high3 = TRegister.AddIntegers(high3, TRegister.MultiplyAddWords(words, high));
                low3 = TRegister.AddIntegers(low3, TRegister.MultiplyAddWords(words, low));
            }

            var first = TRegister.NarrowIntegers(TRegister.Join(high0, low0), TRegister.Join(high1, low1));
            var second = TRegister.NarrowIntegers(TRegister.Join(high2, low2), TRegister.Join(high3, low3));
            TRegister.Store(TRegister.NarrowWords(first, second), target + x);
        }
    }
}
