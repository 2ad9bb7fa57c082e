using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The horizontal pass for any weights, with lanes of 32 bits. Integers are exact in any grouping, so each 22-bit weight is split into two
/// digits, high * 128 + low, that fit the 16-bit multiply-add, which does two taps at a time.
/// </summary>
/// <typeparam name="T">The vector of bytes.</typeparam>
/// <typeparam name="TRegister">What to do with it.</typeparam>
/// <typeparam name="TWindow">Where its bytes are picked from.</typeparam>
internal sealed unsafe class DigitRowResampler<T, TRegister, TWindow> : PlannedRowResampler<T>
    where T : unmanaged
    where TRegister : struct, IRegister<T>
    where TWindow : struct, IByteWindow<T>
{
    // Tables of a pair: places in the window (in the lower byte of each word), high digits and low digits (words).
    private const int TablesOfPair = 3;

    /// <summary>Makes the tables.</summary>
    /// <param name="plan">How a row is cut, for lanes of 32 bits.</param>
    /// <param name="axis">Weights.</param>
    public DigitRowResampler(RowPlan plan, ResampleAxis axis)
        : base(plan, 0, TablesOfPair)
    {
        var lanes = sizeof(T) / sizeof(int) / TRegister.Units;
        for (var group = 0; group < plan.Groups; group++)
        {
            for (var pair = 0; pair < plan.Pairs; pair++)
            {
                PairTable<byte>(group, pair, 0).Fill(RowPlan.NoPlace);
            }

            for (var lane = 0; lane < TRegister.Units * lanes; lane++)
            {
                FillLane(axis, group, lane / lanes, lane % lanes, lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunFour(FourRows from, FourRows to, byte* table, int* offset)
    {
        var (pairs, step) = (Plan.Pairs, Plan.BytesPerUnit);
        for (var left = Plan.Groups; left > 0; left--)
        {
            var high0 = TRegister.Repeat(Digits.Rounding);
            var (high1, high2, high3) = (high0, high0, high0);
            var low0 = TRegister.Repeat(0);
            var (low1, low2, low3) = (low0, low0, low0);
            for (var pair = 0; pair < pairs; pair++, table += TablesOfPair * sizeof(T), offset += TRegister.Units)
            {
                var (places, first, last) = (TRegister.Load(table), (long)offset[0], (long)offset[TRegister.Units - 1]);
                var (highs, lows) = (TRegister.Load(table + sizeof(T)), TRegister.Load(table + (2 * sizeof(T))));
                var words = TWindow.PickWords(from.A + first, from.A + last, places);
                high0 = TRegister.AddIntegers(high0, TRegister.MultiplyAddWords(words, highs));
                low0 = TRegister.AddIntegers(low0, TRegister.MultiplyAddWords(words, lows));
                words = TWindow.PickWords(from.B + first, from.B + last, places);
                high1 = TRegister.AddIntegers(high1, TRegister.MultiplyAddWords(words, highs));
                low1 = TRegister.AddIntegers(low1, TRegister.MultiplyAddWords(words, lows));
                words = TWindow.PickWords(from.C + first, from.C + last, places);
                high2 = TRegister.AddIntegers(high2, TRegister.MultiplyAddWords(words, highs));
                low2 = TRegister.AddIntegers(low2, TRegister.MultiplyAddWords(words, lows));
                words = TWindow.PickWords(from.D + first, from.D + last, places);
                high3 = TRegister.AddIntegers(high3, TRegister.MultiplyAddWords(words, highs));
                low3 = TRegister.AddIntegers(low3, TRegister.MultiplyAddWords(words, lows));
            }

            high0 = TRegister.Join(high0, low0);
            high1 = TRegister.Join(high1, low1);
            high2 = TRegister.Join(high2, low2);
            high3 = TRegister.Join(high3, low3);
            TRegister.StoreIntegers(high0, high1, high2, high3, to, step);
            to = to.Plus(TRegister.Units * step);
        }
    }

    private void FillLane(ResampleAxis axis, int group, int unit, int lane, int at)
    {
        if (!Plan.TryGetLane(group, unit, lane, out var x, out var channel))
        {
            return;
        }

        for (var i = 0; i < 2 * Plan.Pairs; i++)
        {
            var (pair, tap) = (i / 2, i % 2);
            if (Plan.TryGetPlace(group, pair, unit, tap, x, channel, out var place))
            {
                var word = (2 * at) + tap;
                PairTable<byte>(group, pair, 0)[2 * word] = place;
                var (high, low) = Digits.Split(axis.Weights[(x * axis.MaxTaps) + i]);
                (PairTable<short>(group, pair, 1)[word], PairTable<short>(group, pair, 2)[word]) = (high, low);
            }
        }
    }
}
