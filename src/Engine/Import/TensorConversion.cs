using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Import;

/// <summary>Turns stored elements of any type into floats.</summary>
internal static class TensorConversion
{
    /// <summary>
    /// Converts little-endian elements of <paramref name="type"/> to single precision; integers beyond 2^24 and doubles are rounded.
    /// </summary>
    /// <param name="type">Element type of <paramref name="source"/>.</param>
    /// <param name="source">Exactly as many elements as <paramref name="destination"/> has.</param>
    /// <param name="destination">Receives the values.</param>
    public static void ToFloats(TensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (source.Length != (long)destination.Length * type.ByteSize())
        {
            throw new ArgumentException($"{source.Length} bytes are not {destination.Length} elements of {type}", nameof(source));
        }

        // One loop per type: the reads are plain casts, because every platform of .NET is little-endian.
        switch (type)
        {
            case TensorType.F32: MemoryMarshal.Cast<byte, float>(source).CopyTo(destination); break;
            case TensorType.F16: Convert<Half>(source, destination); break;
            case TensorType.F64: Convert<double>(source, destination); break;
            case TensorType.I64: Convert<long>(source, destination); break;
            case TensorType.I32: Convert<int>(source, destination); break;
            case TensorType.I16: Convert<short>(source, destination); break;
            case TensorType.I8: Convert<sbyte>(source, destination); break;
            case TensorType.U8: Convert<byte>(source, destination); break;
            case TensorType.BF16:
                var halves = MemoryMarshal.Cast<byte, ushort>(source);
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = BitConverter.Int32BitsToSingle(halves[i] << 16);
                }

                break;
            case TensorType.BOOL:
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = source[i] != 0 ? 1 : 0;
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>Index of the first element that is not a finite number, or -1. Integer types are always finite.</summary>
    public static int IndexOfNonFinite(TensorType type, ReadOnlySpan<byte> source) => type switch
    {
        // A value is infinite or not a number where all bits of its exponent are set.
        TensorType.F32 => IndexOfFullExponent(MemoryMarshal.Cast<byte, uint>(source), 0x7F80_0000u),
        TensorType.F16 => IndexOfFullExponent(MemoryMarshal.Cast<byte, ushort>(source), (ushort)0x7C00),
        TensorType.BF16 => IndexOfFullExponent(MemoryMarshal.Cast<byte, ushort>(source), (ushort)0x7F80),
        TensorType.F64 => IndexOfFullExponent(MemoryMarshal.Cast<byte, ulong>(source), 0x7FF0_0000_0000_0000ul),
        _ => -1,
    };

    private static void Convert<T>(ReadOnlySpan<byte> source, Span<float> destination) where T : unmanaged, INumberBase<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = float.CreateTruncating(values[i]);
        }
    }

    private static int IndexOfFullExponent<T>(ReadOnlySpan<T> bits, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var mask = new Vector<T>(exponent);
            var lanes = Vector<T>.Count;
            for (; i <= bits.Length - lanes; i += lanes)
            {
                if (Vector.EqualsAny(new Vector<T>(bits[i..]) & mask, mask))
                {
                    break;
                }
            }
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent)
            {
                return i;
            }
        }

        return -1;
    }
}
