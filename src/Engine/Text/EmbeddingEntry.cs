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
    /// <summary>Length of what precedes the values.</summary>
    public const int HeaderBytes = 48;

    /// <summary>Length of what follows the values.</summary>
    public const int ChecksumBytes = 4;

    // Rows are normalised in single precision; anything farther from 1 was not written by us.
    private const float NormTolerance = 1e-3f;

    private static ReadOnlySpan<byte> Magic => "SEGREMB1"u8;

    /// <summary>Length of an entry with that many values.</summary>
    public static long ByteLength(int values) => HeaderBytes + ((long)values * sizeof(float)) + ChecksumBytes;

    /// <summary>Writes what stands before and behind the values.</summary>
    /// <param name="header"><see cref="HeaderBytes"/> bytes, filled.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="dimension">Length of a row.</param>
    /// <param name="rows">[R, dimension].</param>
    /// <param name="checksum"><see cref="ChecksumBytes"/> bytes, filled.</param>
    public static void Describe(Span<byte> header, ReadOnlySpan<byte> key, int dimension, ReadOnlySpan<float> rows, Span<byte> checksum)
    {
        Magic.CopyTo(header);
        key.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], dimension);
        BinaryPrimitives.WriteInt32LittleEndian(header[44..], rows.Length / dimension);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum(header, MemoryMarshal.AsBytes(rows)));
    }

    /// <summary>True where an entry is exactly the one asked for, whole, and holds unit rows.</summary>
    public static bool IsSound(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> key, int dimension, ReadOnlySpan<float> rows, ReadOnlySpan<byte> checksum)
    {
        Span<byte> expectedHeader = stackalloc byte[HeaderBytes];
        Span<byte> expectedChecksum = stackalloc byte[ChecksumBytes];
        Describe(expectedHeader, key, dimension, rows, expectedChecksum);
        if (!header.SequenceEqual(expectedHeader) || !checksum.SequenceEqual(expectedChecksum))
        {
            return false;
        }

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
    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> values) =>
        ~Continue(Continue(uint.MaxValue, header), values);

    private static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var value in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
