using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The horizontal pass with AVX-512 for any weights: 16 lanes of 32 bits, five pixels. Integers are exact in any grouping, so each 22-bit
/// weight is split into two digits, high * 128 + low, that fit the 16-bit multiply-add, which does two taps at a time.
/// </summary>
internal sealed unsafe class DigitRowResampler : WideRowResampler
{
    private const int Lanes = 16;

    // For each group and pair: places in the window (in the lower byte of each 16-bit number), high digits, low digits; 64 bytes each.
    private readonly byte[] _tables;

    private DigitRowResampler(WidePlan plan) : base(plan) =>
        _tables = GC.AllocateArray<byte>(plan.Groups * plan.Pairs * 3 * Vector, pinned: true);

    /// <summary>Makes one, or returns null where the source is too narrow or shrinks so much that registers would stay half empty.</summary>
    public static DigitRowResampler? TryCreate(ResampleAxis axis)
    {
        if (WidePlan.TryCreate(axis, Lanes) is not { } plan)
        {
            return null;
        }

        var resampler = new DigitRowResampler(plan);
        resampler.Fill(axis);
        return resampler;
    }

    protected override void RunFour<TWindow>(FourRows from, FourRows to)
    {
        var (pairs, step) = (Plan.Pairs, 3 * Plan.PixelsPerGroup);
        var lower = Vector512.Create((short)0xFF);
        fixed (byte* tables = _tables)
        fixed (int* offsets = Plan.Offsets)
        {
            var table = tables;
            var offset = offsets;
            for (var left = Plan.Groups; left > 0; left--)
            {
                var high0 = Vector512.Create(Digits.Rounding);
                var (high1, high2, high3) = (high0, high0, high0);
                var (low0, low1, low2, low3) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
                for (var pair = 0; pair < pairs; pair++, table += 3 * Vector, offset++)
                {
                    var (places, at) = (Vector512.Load(table), (long)*offset);
                    var (highs, lows) = (Vector512.Load((short*)(table + Vector)), Vector512.Load((short*)(table + (2 * Vector))));
                    var pixels = TWindow.Pick(from.A + at, places).AsInt16() & lower;
                    high0 += Avx512BW.MultiplyAddAdjacent(pixels, highs);
                    low0 += Avx512BW.MultiplyAddAdjacent(pixels, lows);
                    pixels = TWindow.Pick(from.B + at, places).AsInt16() & lower;
                    high1 += Avx512BW.MultiplyAddAdjacent(pixels, highs);
                    low1 += Avx512BW.MultiplyAddAdjacent(pixels, lows);
                    pixels = TWindow.Pick(from.C + at, places).AsInt16() & lower;
                    high2 += Avx512BW.MultiplyAddAdjacent(pixels, highs);
                    low2 += Avx512BW.MultiplyAddAdjacent(pixels, lows);
                    pixels = TWindow.Pick(from.D + at, places).AsInt16() & lower;
                    high3 += Avx512BW.MultiplyAddAdjacent(pixels, highs);
                    low3 += Avx512BW.MultiplyAddAdjacent(pixels, lows);
                }

                Finish(high0, low0).Store(to.A);
                Finish(high1, low1).Store(to.B);
                Finish(high2, low2).Store(to.C);
                Finish(high3, low3).Store(to.D);
                to = to.Plus(step);
            }
        }
    }

    private static Vector128<byte> Finish(Vector512<int> high, Vector512<int> low) =>
        Avx512F.ConvertToVector128Byte(((high << Digits.LowBits) + low) >> ResampleAxis.Precision);

    private void Fill(ResampleAxis axis)
    {
        for (var group = 0; group < Plan.Groups; group++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (!Plan.TryGetLane(group, lane, out var x, out var channel))
                {
                    continue;
                }

                for (var i = 0; i < 2 * Plan.Pairs; i++)
                {
                    var (pair, tap) = (i / 2, i % 2);
                    if (Plan.TryGetTap(group, pair, x, channel, tap, out var place))
                    {
                        var table = _tables.AsSpan(((group * Plan.Pairs) + pair) * 3 * Vector, 3 * Vector);
                        var words = MemoryMarshal.Cast<byte, short>(table);
                        var at = (2 * lane) + tap;
                        table[2 * at] = place;
                        (words[at + (Vector / 2)], words[at + Vector]) = Digits.Split(axis.Weights[(x * axis.MaxTaps) + i]);
                    }
                }
            }
        }
    }
}
