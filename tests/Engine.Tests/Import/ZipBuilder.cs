using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace OpenSegR.Realtime.Tests.Import;

/// <summary>Writes zip archives record by record, right or wrong.</summary>
internal sealed class ZipBuilder
{
    private readonly List<byte> _bytes = [];
    private readonly List<byte[]> _directory = [];

    /// <summary>Adds a file; the optional values replace what would be true.</summary>
    public ZipBuilder Add(
        string name, byte[] data, bool deflate = false, uint? crc = null, uint? length = null, uint? stored = null, uint? offset = null,
        string? localName = null, ushort? method = null, ushort flags = 0, byte[]? extra = null)
    {
        var contents = deflate ? Deflate(data) : data;
        var at = (uint)_bytes.Count;
        _bytes.AddRange(Record(0x04034B50, false, localName ?? name, data, contents, deflate, null, null, null, null, null, 0, null));
        _bytes.AddRange(contents);
        _directory.Add(Record(0x02014B50, true, name, data, contents, deflate, crc, length, stored, offset ?? at, method, flags, extra));
        return this;
    }

    /// <summary>Ends the archive; with <paramref name="zip64"/> as torch does, with 64-bit records and full 32-bit fields.</summary>
    public byte[] Build(bool zip64 = false, int? count = null, uint? directoryOffset = null, uint? directoryLength = null, byte[]? comment = null)
    {
        var start = _bytes.Count;
        foreach (var record in _directory)
        {
            _bytes.AddRange(record);
        }

        var length = _bytes.Count - start;
        var entries = count ?? _directory.Count;
        using var end = new MemoryStream();
        using var writer = new BinaryWriter(end);
        if (zip64)
        {
            var at = (long)_bytes.Count;
            writer.Write(0x06064B50u);
            writer.Write(44L);
            writer.Write((ushort)45);
            writer.Write((ushort)45);
            writer.Write(0u);
            writer.Write(0u);
            writer.Write((long)entries);
            writer.Write((long)entries);
            writer.Write((long)length);
            writer.Write((long)start);
            writer.Write(0x07064B50u);
            writer.Write(0u);
            writer.Write(at);
            writer.Write(1u);
        }

        writer.Write(0x06054B50u);
        writer.Write(0u);
        writer.Write(zip64 ? ushort.MaxValue : (ushort)entries);
        writer.Write(zip64 ? ushort.MaxValue : (ushort)entries);
        writer.Write(zip64 ? uint.MaxValue : directoryLength ?? (uint)length);
        writer.Write(zip64 ? uint.MaxValue : directoryOffset ?? (uint)start);
        writer.Write((ushort)(comment?.Length ?? 0));
        writer.Write(comment ?? []);
        writer.Flush();
        return [.. _bytes, .. end.ToArray()];
    }

    private static byte[] Record(
        uint signature, bool central, string name, byte[] data, byte[] contents, bool deflate, uint? crc, uint? length, uint? stored,
        uint? offset, ushort? method, ushort flags, byte[]? extra)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var head = central ? 46 : 30;
        var record = new byte[head + nameBytes.Length + (extra?.Length ?? 0)];
        BinaryPrimitives.WriteUInt32LittleEndian(record, signature);
        var at = central ? 8 : 6;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at), flags);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at + 2), method ?? (ushort)(deflate ? 8 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(at + 8), crc ?? Crc32.HashToUInt32(data));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(at + 12), stored ?? (uint)contents.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(at + 16), length ?? (uint)data.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at + 20), (ushort)nameBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at + 22), (ushort)(extra?.Length ?? 0));
        if (central)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(42), offset ?? 0);
        }

        nameBytes.CopyTo(record, head);
        extra?.CopyTo(record, head + nameBytes.Length);
        return record;
    }

    private static byte[] Deflate(byte[] data)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(data);
        }

        return output.ToArray();
    }
}
