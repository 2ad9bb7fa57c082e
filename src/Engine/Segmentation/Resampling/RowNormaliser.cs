using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// The last step of <see cref="ImagePreprocessor"/>: rows of interleaved bytes to three planes of floats, (value - mean) / std with the
/// reference's float arithmetic to the last bit.
/// </summary>
internal sealed unsafe class RowNormaliser
{
    private const int Channels = 3;
    private const int Values = 256;
    private const int PixelsPerVector = 16;
    private const int LoadBytes = 64;

    private static readonly Vector512<byte> RgbPlaces = Places(0, 2);
    private static readonly Vector512<byte> BgrPlaces = Places(2, 0);

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
        var (first, third) = isBgr ? (2, 0) : (0, 2);
        var green = red + plane;
        var blue = green + plane;
        var done = 0;
        if (_path == ProcessorPath.Avx512 && _dividesExactly && Channels * width >= LoadBytes)
        {
            NormaliseWide(row, width, isBgr, red, plane);
            done = width;
        }
        else if (_path >= ProcessorPath.Avx2)
        {
            PixelRows.Normalise(row, width, first, _mean[0], _std[0], red);
            PixelRows.Normalise(row, width, 1, _mean[1], _std[1], green);
            done = PixelRows.Normalise(row, width, third, _mean[2], _std[2], blue);
        }

        row += Channels * done;
        fixed (float* lookup = _lookup)
        {
            for (var x = done; x < width; x++, row += Channels)
            {
                red[x] = lookup[row[first]];
                green[x] = lookup[Values + row[1]];
                blue[x] = lookup[(2 * Values) + row[third]];
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

    private static Vector512<float> Quotient(Vector512<float> value, Vector512<float> std, Vector512<float> reciprocal)
    {
        var quotient = value * reciprocal;
        return Avx512F.FusedMultiplyAdd(Avx512F.FusedMultiplyAddNegated(quotient, std, value), reciprocal, quotient);
    }

    // 16 pixels at a time.
    private void NormaliseWide(byte* row, int width, bool isBgr, float* red, long plane)
    {
        var green = red + plane;
        var blue = green + plane;
        var (mean0, mean1, mean2) = (Vector512.Create(_mean[0]), Vector512.Create(_mean[1]), Vector512.Create(_mean[2]));
        var (std0, std1, std2) = (Vector512.Create(_std[0]), Vector512.Create(_std[1]), Vector512.Create(_std[2]));
        var reciprocal0 = Vector512.Create(_reciprocal[0]);
        var (reciprocal1, reciprocal2) = (Vector512.Create(_reciprocal[1]), Vector512.Create(_reciprocal[2]));
        var first = isBgr ? BgrPlaces : RgbPlaces;
        var last = ((long)Channels * width) - LoadBytes;
        var lower = Vector512.Create(0xFF);
        for (var x = 0; x < width; x += PixelsPerVector)
        {
            // The last 16 pixels are done once more where fewer are left; and as a load holds 48 bytes of use and 16 more, one that would
            // reach behind the row is moved back, and its pixels are further to the right in it.
            x = Math.Min(x, width - PixelsPerVector);
            var from = (long)Channels * x;
            var places = first;
            if (from > last)
            {
                places += Vector512.Create((byte)(from - last));
                from = last;
            }

            // R, G, B and R again of each pixel, as four bytes of a lane.
            var pixels = Avx512Vbmi.PermuteVar64x8(Vector512.Load(row + from), places).AsInt32();
            Quotient(Vector512.ConvertToSingle(pixels & lower) - mean0, std0, reciprocal0).Store(red + x);
            Quotient(Vector512.ConvertToSingle((pixels >>> 8) & lower) - mean1, std1, reciprocal1).Store(green + x);
            Quotient(Vector512.ConvertToSingle((pixels >>> 16) & lower) - mean2, std2, reciprocal2).Store(blue + x);
        }
    }

    private static Vector512<byte> Places(int first, int third) => Vector512.Create<byte>(
        [.. Enumerable.Range(0, PixelsPerVector).SelectMany(x => new[] { first, 1, third, first }.Select(c => (byte)((Channels * x) + c)))]);
}
