using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Value noise that repeats after a whole number of cells, so that textures made of it tile without seams.</summary>
internal static class TileableNoise
{
    /// <summary>Smooth noise in [0, 1]; repeats after <paramref name="period"/> cells on both axes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(float x, float y, int period, uint seed)
    {
        var fx = MathF.Floor(x);
        var fy = MathF.Floor(y);
        int x0 = Wrap((int)fx, period), y0 = Wrap((int)fy, period);
        int x1 = x0 + 1 == period ? 0 : x0 + 1, y1 = y0 + 1 == period ? 0 : y0 + 1;
        float u = Smooth(x - fx), v = Smooth(y - fy);
        var top = Lerp(SyntheticRandom.Hash(x0, y0, seed), SyntheticRandom.Hash(x1, y0, seed), u);
        var bottom = Lerp(SyntheticRandom.Hash(x0, y1, seed), SyntheticRandom.Hash(x1, y1, seed), u);
        return Lerp(top, bottom, v);
    }

    /// <summary>Sum of octaves, each of half the amplitude and twice the frequency, in [0, 1]; x and y are in [0, 1) over the tile.</summary>
    public static float Fractal(float x, float y, int cells, int octaves, uint seed)
    {
        float sum = 0, amplitude = 0.5f, total = 0;
        for (var i = 0; i < octaves; i++)
        {
            sum += amplitude * Value(x * cells, y * cells, cells, seed + ((uint)i * 101));
            total += amplitude;
            amplitude *= 0.5f;
            cells *= 2;
        }

        return sum / total;
    }

    /// <summary>Linear interpolation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Lerp(float a, float b, float t) => a + ((b - a) * t);

    /// <summary>0 below <paramref name="from"/>, 1 above <paramref name="to"/>, smooth between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Step(float from, float to, float x) => Smooth(Math.Clamp((x - from) / (to - from), 0f, 1f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Smooth(float t) => t * t * (3f - (2f * t));

    private static int Wrap(int i, int period)
    {
        i %= period;
        return i < 0 ? i + period : i;
    }
}
