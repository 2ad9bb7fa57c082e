using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// The bytes of a cache entry: magic and version (8), key (32), dimension (4), rows (4), values (float32), checksum (4); little-endian.
/// These numbers are frozen: a change needs another magic.
/// </summary>
internal static class EmbeddingEntry
{
    private const int KeyBytes = 32;
    private const int HeaderBytes = 48;
    private const int ChecksumBytes = 4;

    // Rows are normalised in single precision; anything farther from 1 was not written by us.
    private const float NormTolerance = 1e-3f;

    private static ReadOnlySpan<byte> Magic => "SEGREMB1"u8;

    /// <summary>Length of an entry with that many values.</summary>
    public static int ByteLength(int values) => checked(HeaderBytes + (values * sizeof(float)) + ChecksumBytes);

    /// <summary>Writes an entry.</summary>
    /// <param name="bytes">Exactly <see cref="ByteLength"/> bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="dimension">Length of a row.</param>
    /// <param name="rows">[R, dimension].</param>
    public static void Encode(Span<byte> bytes, ReadOnlySpan<byte> key, int dimension, ReadOnlySpan<float> rows)
    {
        Magic.CopyTo(bytes);
        key.CopyTo(bytes[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], dimension);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[44..], rows.Length / dimension);
        MemoryMarshal.AsBytes(rows).CopyTo(bytes[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^ChecksumBytes..], Checksum(bytes[..^ChecksumBytes]));
    }

    /// <summary>Reads an entry; false where it is not exactly the one asked for, whole and sound.</summary>
    /// <param name="bytes">Exactly <see cref="ByteLength"/> bytes.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="dimension">Length of a row.</param>
    /// <param name="rows">[R, dimension], filled.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key, int dimension, Span<float> rows)
    {
        if (!bytes.StartsWith(Magic) || !bytes.Slice(8, KeyBytes).SequenceEqual(key)
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]) != dimension
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]) != rows.Length / dimension
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumBytes..]) != Checksum(bytes[..^ChecksumBytes]))
        {
            return false;
        }

        bytes[HeaderBytes..^ChecksumBytes].CopyTo(MemoryMarshal.AsBytes(rows));
        for (var start = 0; start < rows.Length; start += dimension)
        {
            // Not a number fails the comparison too.
            if (!(MathF.Abs(EmbeddingMath.SquaredNorm(rows.Slice(start, dimension)) - 1) <= NormTolerance))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>CRC-32C, which processors compute eight bytes at a time.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var value in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
