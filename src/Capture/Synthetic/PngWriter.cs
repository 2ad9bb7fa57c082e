using System.Buffers.Binary;
using System.IO.Compression;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// Writes 8-bit PNG files (ISO/IEC 15948). Labels must survive to the bit and the generator must run without native libraries, so it has its own.
/// </summary>
internal static class PngWriter
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Writes a picture under a temporary name, then renames it.</summary>
    /// <param name="path">Final name.</param>
    /// <param name="pixels">Rows without padding.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    public static void Write(string path, ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        using var body = new MemoryStream();
        using (var zlib = new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            var stride = width * channels;
            var line = new byte[stride + 1];
            for (var y = 0; y < height; y++)
            {
                // Filter 2, difference to the row above, which suits both photographs and label maps; the first row has none above.
                var row = pixels.Slice(y * stride, stride);
                line[0] = y == 0 ? (byte)0 : (byte)2;
                if (y == 0)
                {
                    row.CopyTo(line.AsSpan(1));
                }
                else
                {
                    var above = pixels.Slice((y - 1) * stride, stride);
                    for (var i = 0; i < stride; i++)
                    {
                        line[i + 1] = (byte)(row[i] - above[i]);
                    }
                }

                zlib.Write(line);
            }
        }

        var temporary = path + ".tmp";
        using (var file = File.Create(temporary))
        {
            file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
            Span<byte> header = stackalloc byte[13];
            BinaryPrimitives.WriteInt32BigEndian(header, width);
            BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
            header[8] = 8;
            header[9] = channels == 3 ? (byte)2 : (byte)0;
            header[10] = header[11] = header[12] = 0;
            Chunk(file, "IHDR"u8, header);
            Chunk(file, "IDAT"u8, body.GetBuffer().AsSpan(0, (int)body.Length));
            Chunk(file, "IEND"u8, []);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static void Chunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        var crc = Crc(Crc(uint.MaxValue, type), data) ^ uint.MaxValue;
        BinaryPrimitives.WriteUInt32BigEndian(number, crc);
        stream.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc = CrcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
