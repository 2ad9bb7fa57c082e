using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The horizontal pass with AVX-512 for axes whose weights are small fractions (<see cref="SmallFraction"/>): 32 lanes of 16 bits, ten pixels.
/// For each pair of taps one permutation brings a lane its two bytes and one multiply-add adds both products; the sum is divided by its
/// denominator with a multiplication.
/// </summary>
internal sealed unsafe class FractionRowResampler : WideRowResampler
{
    private const int Lanes = 32;

    private readonly int _shift;

    // For each group: rounding and reciprocals (32 numbers of 16 bits each), then for each pair places in the window and numerators (64 bytes each).
    private readonly byte[] _tables;

    private FractionRowResampler(WidePlan plan, int shift) : base(plan)
    {
        _shift = shift;
        _tables = GC.AllocateArray<byte>(plan.Groups * (plan.Pairs + 1) * 2 * Vector, pinned: true);
    }

    /// <summary>Makes one, or returns null where a weight is no small fraction or the source too narrow.</summary>
    public static FractionRowResampler? TryCreate(ResampleAxis axis)
    {
        var numerators = new byte[axis.OutputLength * axis.MaxTaps];
        var denominators = new int[axis.OutputLength];
        for (var x = 0; x < axis.OutputLength; x++)
        {
            var weights = axis.Weights.AsSpan(x * axis.MaxTaps, axis.Count[x]);
            denominators[x] = SmallFraction.Find(weights, numerators.AsSpan(x * axis.MaxTaps, axis.MaxTaps));
            if (denominators[x] == 0)
            {
                return null;
            }
        }

        var shift = SmallFraction.Shift(denominators.Min());
        var reciprocals = denominators.Distinct().ToDictionary(d => d, d => SmallFraction.Reciprocal(d, shift));
        if (reciprocals.ContainsValue(0) || WidePlan.TryCreate(axis, Lanes) is not { } plan)
        {
            return null;
        }

        var resampler = new FractionRowResampler(plan, shift);
        resampler.Fill(axis, numerators, denominators, reciprocals);
        return resampler;
    }

    protected override void RunFour<TWindow>(FourRows from, FourRows to)
    {
        var (pairs, step, shift) = (Plan.Pairs, 3 * Plan.PixelsPerGroup, _shift);
        fixed (byte* tables = _tables)
        fixed (int* offsets = Plan.Offsets)
        {
            var table = tables;
            var offset = offsets;
            for (var left = Plan.Groups; left > 0; left--)
            {
                var sum0 = Vector512.Load((short*)table);
                var (sum1, sum2, sum3) = (sum0, sum0, sum0);
                var reciprocal = Vector512.Load((ushort*)(table + Vector));
                table += 2 * Vector;
                for (var pair = 0; pair < pairs; pair++, table += 2 * Vector, offset++)
                {
                    var (places, weights, at) = (Vector512.Load(table), Vector512.Load((sbyte*)(table + Vector)), (long)*offset);
                    sum0 += Avx512BW.MultiplyAddAdjacent(TWindow.Pick(from.A + at, places), weights);
                    sum1 += Avx512BW.MultiplyAddAdjacent(TWindow.Pick(from.B + at, places), weights);
                    sum2 += Avx512BW.MultiplyAddAdjacent(TWindow.Pick(from.C + at, places), weights);
                    sum3 += Avx512BW.MultiplyAddAdjacent(TWindow.Pick(from.D + at, places), weights);
                }

                Divide(sum0, reciprocal, shift).Store(to.A);
                Divide(sum1, reciprocal, shift).Store(to.B);
                Divide(sum2, reciprocal, shift).Store(to.C);
                Divide(sum3, reciprocal, shift).Store(to.D);
                to = to.Plus(step);
            }
        }
    }

    private static Vector256<byte> Divide(Vector512<short> sum, Vector512<ushort> reciprocal, int shift) =>
        Avx512BW.ConvertToVector256Byte(Avx512BW.MultiplyHigh(sum.AsUInt16(), reciprocal) >>> shift);

    private void Fill(ResampleAxis axis, byte[] numerators, int[] denominators, Dictionary<int, ushort> reciprocals)
    {
        for (var group = 0; group < Plan.Groups; group++)
        {
            var table = _tables.AsSpan(group * (Plan.Pairs + 1) * 2 * Vector, (Plan.Pairs + 1) * 2 * Vector);
            var rounding = MemoryMarshal.Cast<byte, ushort>(table);
            var reciprocal = rounding[Lanes..];
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (!Plan.TryGetLane(group, lane, out var x, out var channel))
                {
                    continue;
                }

                rounding[lane] = (ushort)(denominators[x] / 2);
                reciprocal[lane] = reciprocals[denominators[x]];
                for (var i = 0; i < 2 * Plan.Pairs; i++)
                {
                    var (pair, tap) = (i / 2, i % 2);
                    if (Plan.TryGetTap(group, pair, x, channel, tap, out var place))
                    {
                        var at = ((pair + 1) * 2 * Vector) + (2 * lane) + tap;
                        (table[at], table[at + Vector]) = (place, numerators[(x * axis.MaxTaps) + i]);
                    }
                }
            }
        }
    }
}
