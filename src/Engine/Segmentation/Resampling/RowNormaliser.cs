using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The last step of <see cref="ImagePreprocessor"/>: rows of interleaved bytes to three planes of floats, (value - mean) / std with the
/// reference's float arithmetic to the last bit.
/// </summary>
internal sealed unsafe class RowNormaliser
{
    private const int Channels = 3;
    private const int Values = 256;

    private readonly float[] _lookup = new float[Channels * Values];
    private readonly float[] _mean;
    private readonly float[] _std;
    private readonly float[] _reciprocal;
    private readonly bool _dividesExactly;
    private readonly ProcessorPath _path;

    /// <summary>Creates one.</summary>
    /// <param name="mean">Mean of R, G, B on the 0 to 255 scale.</param>
    /// <param name="std">Standard deviation of R, G, B on the 0 to 255 scale.</param>
    /// <param name="path">What the processor has.</param>
    public RowNormaliser(IReadOnlyList<float> mean, IReadOnlyList<float> std, ProcessorPath path)
    {
        (_mean, _std, _path) = ([.. mean], [.. std], path);
        _reciprocal = [.. std.Select(s => 1 / s)];
        _dividesExactly = true;
        for (var i = 0; i < Channels * Values; i++)
        {
            // An 8-bit picture has 256 values, so a table gives exactly the reference's float arithmetic for the price of a load.
            var (channel, value) = (i / Values, i % Values);
            _lookup[i] = (value - _mean[channel]) / _std[channel];
            var quotient = Quotient(value - _mean[channel], _std[channel], _reciprocal[channel]);
            _dividesExactly &= BitConverter.SingleToInt32Bits(quotient) == BitConverter.SingleToInt32Bits(_lookup[i]);
        }
    }

    /// <summary>One row.</summary>
    /// <param name="row">Pixels of three bytes.</param>
    /// <param name="width">Number of pixels.</param>
    /// <param name="isBgr">The pixels are B, G, R.</param>
    /// <param name="red">[width] of the first plane.</param>
    /// <param name="plane">Values from one plane to the next.</param>
    public void Run(byte* row, int width, bool isBgr, float* red, long plane)
    {
        if (_dividesExactly
            && ((_path == ProcessorPath.Avx512 && TryRun<Vector512<byte>, Register512, SingleWindow>(row, width, isBgr, red, plane))
                || (_path >= ProcessorPath.Avx2 && TryRun<Vector256<byte>, Register256, Register256>(row, width, isBgr, red, plane))
                || TryRun<Vector128<byte>, Register128, Register128>(row, width, isBgr, red, plane)))
        {
            return;
        }

        var (first, third) = isBgr ? (2, 0) : (0, 2);
        fixed (float* lookup = _lookup)
        {
            for (var x = 0; x < width; x++, row += Channels)
            {
                red[x] = lookup[row[first]];
                red[plane + x] = lookup[Values + row[1]];
                red[(2 * plane) + x] = lookup[(2 * Values) + row[third]];
            }
        }
    }

    // A division as a product with the reciprocal and one correction (Markstein's), a third of its time: right for every quotient of
    // floats but the rarest, and whether for the 768 that occur here the constructor has seen.
    private static float Quotient(float value, float std, float reciprocal)
    {
        var quotient = value * reciprocal;
        return MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(-quotient, std, value), reciprocal, quotient);
    }

    // As many pixels at a time as a register has floats; false for a row that is too short.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryRun<T, TRegister, TWindow>(byte* row, int width, bool isBgr, float* red, long plane)
        where T : unmanaged
        where TRegister : struct, IRegister<T>
        where TWindow : struct, IByteWindow<T>
    {
        var pixels = sizeof(T) / sizeof(float);
        var unitBytes = Channels * pixels / TRegister.Units;
        var nextUnit = (TRegister.Units - 1) * unitBytes;
        var last = ((long)Channels * width) - nextUnit - TWindow.WindowBytes;
        if (last < 0)
        {
            return false;
        }

        // Before the others: what may have to be made first would drive them out of their registers.
        var first = isBgr ? Places<T, TRegister>.Bgr : Places<T, TRegister>.Rgb;
        var green = red + plane;
        var blue = green + plane;
        var (mean0, mean1, mean2) = (Repeat<T, TRegister>(_mean[0]), Repeat<T, TRegister>(_mean[1]), Repeat<T, TRegister>(_mean[2]));
        var (std0, std1, std2) = (Repeat<T, TRegister>(_std[0]), Repeat<T, TRegister>(_std[1]), Repeat<T, TRegister>(_std[2]));
        var reciprocal0 = Repeat<T, TRegister>(_reciprocal[0]);
        var (reciprocal1, reciprocal2) = (Repeat<T, TRegister>(_reciprocal[1]), Repeat<T, TRegister>(_reciprocal[2]));
        for (var x = 0; x < width; x += pixels)
        {
            // The last pixels are done once more where fewer are left; and as a load holds more bytes than are used, one that would reach
            // behind the row is moved back, and its pixels are further to the right in it.
            x = Math.Min(x, width - pixels);
            var from = (long)Channels * x;
            var places = first;
            if (from > last)
            {
                places = TRegister.AddWords(first, TRegister.Repeat((int)(from - last) * 0x01010101));
                from = last;
            }

            // R, G and B of each pixel, as three bytes of a lane.
            var bytes = TWindow.Pick(row + from, row + from + nextUnit, places);
            TRegister.Store(TRegister.Normalise(bytes, 0, mean0, std0, reciprocal0), (byte*)(red + x));
            TRegister.Store(TRegister.Normalise(bytes, 1, mean1, std1, reciprocal1), (byte*)(green + x));
            TRegister.Store(TRegister.Normalise(bytes, 2, mean2, std2, reciprocal2), (byte*)(blue + x));
        }

        return true;
    }

    private static T Repeat<T, TRegister>(float value)
        where T : unmanaged
        where TRegister : struct, IRegister<T> => TRegister.Repeat(BitConverter.SingleToInt32Bits(value));

    // Places of R, G, B and nothing for each pixel of a register.
    private static class Places<T, TRegister>
        where T : unmanaged
        where TRegister : struct, IRegister<T>
    {
        public static readonly T Rgb = Create([0, 1, 2]);
        public static readonly T Bgr = Create([2, 1, 0]);

        private static T Create(ReadOnlySpan<int> channels)
        {
            var places = stackalloc byte[sizeof(T)];
            for (var i = 0; i < sizeof(T); i++)
            {
                var pixel = i / sizeof(float) % (sizeof(T) / sizeof(float) / TRegister.Units);
                var isUsed = i % sizeof(float) < Channels;
                places[i] = isUsed ? (byte)((Channels * pixel) + channels[i % sizeof(float)]) : RowPlan.NoPlace;
            }

            return TRegister.Load(places);
        }
    }
}
