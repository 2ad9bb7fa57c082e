using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>Lays one straight-alpha colour over a run of 3-byte pixels.</summary>
/// <remarks>
/// Two vectors of 32 16-bit lanes hold 64 bytes; the colour repeats every 3 bytes, so its addends repeat every 3 x 64 bytes and are kept for
/// the colours used last. round(v / 255) is (t + (t >> 8)) >> 8 with t = v + 128, exact for v up to 65535 - 128 - 254.
/// </remarks>
internal sealed class SolidBlend
{
    private const int Block = 64;
    private const int Period = 3 * Block;
    private const int Slots = 64;
    private const int Probes = 4;
    private readonly ushort[] _addends = new ushort[Slots * Period];
    private readonly uint[] _colors = new uint[Slots];

    /// <summary>Blends; <paramref name="source"/> and <paramref name="target"/> may be the same memory.</summary>
    /// <param name="source">Whole pixels.</param>
    /// <param name="target">As many.</param>
    /// <param name="color">Three channels, then alpha, from the lowest byte.</param>
    public void Blend(ReadOnlySpan<byte> source, Span<byte> target, uint color)
    {
        var alpha = color >> 24;
        if (alpha == 0)
        {
            source.CopyTo(target);
            return;
        }

        var addends = Addends(color);
        var inverse = (ushort)(255 - alpha);
        var keep = Vector512.Create(inverse);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        ref var add = ref MemoryMarshal.GetReference(addends);
        var i = 0;
        var phase = 0;
        for (; i <= source.Length - Block; i += Block)
        {
            var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)i));
            low = (low * keep) + Vector512.LoadUnsafe(ref add, (nuint)phase);
            high = (high * keep) + Vector512.LoadUnsafe(ref add, (nuint)(phase + (Block / 2)));
            low = (low + (low >> 8)) >> 8;
            high = (high + (high >> 8)) >> 8;
            Vector512.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
            phase = phase == Period - Block ? 0 : phase + Block;
        }

        for (; i < source.Length; i++)
        {
            var t = (source[i] * inverse) + addends[phase++];
            target[i] = (byte)((t + (t >> 8)) >> 8);
        }
    }

    private ReadOnlySpan<ushort> Addends(uint color)
    {
        // A colour lies in one of a few slots from where its hash says, so that two of one picture do not drive each other out.
        var home = (int)((color * 2654435761u) >> 26);
        for (var i = 0; i < Probes; i++)
        {
            var slot = (home + i) % Slots;
            if (_colors[slot] == color)
            {
                return _addends.AsSpan(slot * Period, Period);
            }

            // No colour with alpha is 0, so an empty slot never matches.
            if (_colors[slot] == 0)
            {
                home = slot;
                break;
            }
        }

        _colors[home] = color;
        var addends = _addends.AsSpan(home * Period, Period);
        var alpha = color >> 24;
        for (var i = 0; i < Period; i++)
        {
            addends[i] = (ushort)((((color >> (8 * (i % 3))) & 0xFF) * alpha) + 128);
        }

        return addends;
    }
}
