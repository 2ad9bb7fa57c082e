using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// A small seeded generator (SplitMix64): the same numbers on every machine, a value type that costs nothing to start, and
/// <see cref="Hash"/> for numbers that depend on a position alone, so that any frame of a scene can be drawn without the ones before.
/// </summary>
internal struct SyntheticRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform 64 bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public float Next() => (NextBits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public float Next(float from, float to) => from + (Next() * (to - from));

    /// <summary>Uniform integer in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>True with the given probability.</summary>
    public bool Chance(float probability) => Next() < probability;

    /// <summary>-1 or +1.</summary>
    public float Sign() => (NextBits() & 1) == 0 ? -1f : 1f;

    /// <summary>A number in [0, 1) that depends on the three integers alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Hash(int x, int y, uint seed)
    {
        var h = ((uint)x * 0x9E3779B1u) ^ ((uint)y * 0x85EBCA77u) ^ (seed * 0xC2B2AE3Du);
        h ^= h >> 15;
        h *= 0x2C1B3C6Du;
        h ^= h >> 12;
        h *= 0x297A2D39u;
        h ^= h >> 15;
        return (h >> 8) * (1f / (1 << 24));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
