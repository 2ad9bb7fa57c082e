using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The horizontal pass for axes whose weights are small fractions (<see cref="SmallFraction"/>), with lanes of 16 bits. For each pair of taps
/// a lane is brought its two bytes and one multiply-add adds both products; the sum is divided by its denominator with a multiplication.
/// </summary>
/// <typeparam name="T">The vector of bytes.</typeparam>
/// <typeparam name="TRegister">What to do with it.</typeparam>
/// <typeparam name="TWindow">Where its bytes are picked from.</typeparam>
internal sealed unsafe class FractionRowResampler<T, TRegister, TWindow> : PlannedRowResampler<T>
    where T : unmanaged
    where TRegister : struct, IRegister<T>
    where TWindow : struct, IByteWindow<T>
{
    // Tables of a group: rounding and reciprocals, words. Tables of a pair: places in the window and numerators, bytes.
    private const int TablesOfGroup = 2;
    private const int TablesOfPair = 2;

    private readonly int _shift;

    /// <summary>Makes the tables.</summary>
    /// <param name="plan">How a row is cut, for lanes of 16 bits.</param>
    /// <param name="fractions">Weights, complete and with one shift.</param>
    public FractionRowResampler(RowPlan plan, AxisFractions fractions)
        : base(plan, TablesOfGroup, TablesOfPair)
    {
        _shift = fractions.Shifts[0];
        var lanes = sizeof(T) / sizeof(ushort) / TRegister.Units;
        for (var group = 0; group < plan.Groups; group++)
        {
            for (var lane = 0; lane < TRegister.Units * lanes; lane++)
            {
                FillLane(fractions, group, lane / lanes, lane % lanes, lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunFour(FourRows from, FourRows to, byte* table, int* offset)
    {
        var (pairs, shift, step) = (Plan.Pairs, _shift, Plan.BytesPerUnit);
        for (var left = Plan.Groups; left > 0; left--)
        {
            var sum0 = TRegister.Load(table);
            var (sum1, sum2, sum3) = (sum0, sum0, sum0);
            var reciprocals = table + sizeof(T);
            table += TablesOfGroup * sizeof(T);
            for (var pair = 0; pair < pairs; pair++, table += TablesOfPair * sizeof(T), offset += TRegister.Units)
            {
                var (places, weights) = (TRegister.Load(table), TRegister.Load(table + sizeof(T)));
                var (first, last) = ((long)offset[0], (long)offset[TRegister.Units - 1]);
                sum0 = TRegister.AddWords(sum0, TRegister.MultiplyAddBytes(TWindow.Pick(from.A + first, from.A + last, places), weights));
                sum1 = TRegister.AddWords(sum1, TRegister.MultiplyAddBytes(TWindow.Pick(from.B + first, from.B + last, places), weights));
                sum2 = TRegister.AddWords(sum2, TRegister.MultiplyAddBytes(TWindow.Pick(from.C + first, from.C + last, places), weights));
                sum3 = TRegister.AddWords(sum3, TRegister.MultiplyAddBytes(TWindow.Pick(from.D + first, from.D + last, places), weights));
            }

            var reciprocal = TRegister.Load(reciprocals);
            sum0 = TRegister.DivideWords(sum0, reciprocal, shift);
            sum1 = TRegister.DivideWords(sum1, reciprocal, shift);
            sum2 = TRegister.DivideWords(sum2, reciprocal, shift);
            sum3 = TRegister.DivideWords(sum3, reciprocal, shift);
            TRegister.StoreWords(sum0, sum1, sum2, sum3, to, step);
            to = to.Plus(TRegister.Units * step);
        }
    }

    private void FillLane(AxisFractions fractions, int group, int unit, int lane, int at)
    {
        if (!Plan.TryGetLane(group, unit, lane, out var x, out var channel))
        {
            return;
        }

        GroupTable<ushort>(group, 0)[at] = (ushort)(fractions.Denominators[x] / 2);
        GroupTable<ushort>(group, 1)[at] = fractions.Reciprocals[x];
        for (var i = 0; i < 2 * Plan.Pairs; i++)
        {
            var (pair, tap) = (i / 2, i % 2);
            if (Plan.TryGetPlace(group, pair, unit, tap, x, channel, out var place))
            {
                PairTable<byte>(group, pair, 0)[(2 * at) + tap] = place;
                PairTable<byte>(group, pair, 1)[(2 * at) + tap] = fractions.Numerators(x)[i];
            }
        }
    }
}
