using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// A procedural texture that tiles, with a mip pyramid so that distant ground neither aliases nor flickers. Texels are linear-light RGB.
/// Made once for each (material, variant) and shared by all scenes of the process.
/// </summary>
internal sealed class MaterialTexture
{
    /// <summary>Different looks of each material.</summary>
    public const int Variants = 4;

    private const int Side = 256;
    private static readonly ConcurrentDictionary<(StuffKind, int), Lazy<MaterialTexture>> Cache = new();
    private readonly Vector4[][] _levels;

    private MaterialTexture(StuffKind kind, int variant)
    {
        var texels = new Vector4[Side * Side];
        var seed = 977u + ((uint)kind * 7919u) + ((uint)variant * 104729u);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                texels[(y * Side) + x] = new Vector4(MaterialPatterns.Texel(kind, variant, x / (float)Side, y / (float)Side, seed), 0f);
            }
        }

        var levels = new List<Vector4[]> { texels };
        for (var side = Side / 2; side >= 1; side /= 2)
        {
            levels.Add(Halve(levels[^1], side));
        }

        _levels = [.. levels];
    }

    /// <summary>The texture of a material; <paramref name="variant"/> is 0 to <see cref="Variants"/> - 1.</summary>
    public static MaterialTexture Get(StuffKind kind, int variant) =>
        Cache.GetOrAdd((kind, variant), static key => new Lazy<MaterialTexture>(() => new MaterialTexture(key.Item1, key.Item2))).Value;

    /// <summary>
    /// Colour at a place, bilinear within a level and linear between levels. <paramref name="footprint"/> is the size of a screen pixel, in
    /// tiles, as <paramref name="u"/> and <paramref name="v"/> are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector4 Sample(float u, float v, float footprint)
    {
        var lod = MathF.Log2(MathF.Max(footprint * Side, 1f));
        var level = Math.Min((int)lod, _levels.Length - 2);
        var blend = Math.Clamp(lod - level, 0f, 1f);
        return Vector4.Lerp(Bilinear(level, u, v), Bilinear(level + 1, u, v), blend);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector4 Bilinear(int level, float u, float v)
    {
        var side = Side >> level;
        var mask = side - 1;
        float x = (u * side) - 0.5f, y = (v * side) - 0.5f;
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int x0 = (int)fx & mask, y0 = (int)fy & mask, x1 = (x0 + 1) & mask, y1 = (y0 + 1) & mask;
        var texels = _levels[level];
        var top = Vector4.Lerp(texels[(y0 * side) + x0], texels[(y0 * side) + x1], x - fx);
        var bottom = Vector4.Lerp(texels[(y1 * side) + x0], texels[(y1 * side) + x1], x - fx);
        return Vector4.Lerp(top, bottom, y - fy);
    }

    private static Vector4[] Halve(Vector4[] source, int side)
    {
        var half = new Vector4[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var i = (2 * y * 2 * side) + (2 * x);
                half[(y * side) + x] = (source[i] + source[i + 1] + source[i + (2 * side)] + source[i + (2 * side) + 1]) * 0.25f;
            }
        }

        return half;
    }
}
