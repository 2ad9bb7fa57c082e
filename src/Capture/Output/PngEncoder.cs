using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace OpenSegR.Realtime.Capture;

/// <summary>The pixels that a <see cref="PngEncoder"/> takes.</summary>
internal enum PngPixels
{
    /// <summary>8-bit gray.</summary>
    Gray8,

    /// <summary>16-bit gray, in the byte order of this machine.</summary>
    Gray16,

    /// <summary>8-bit red, green, blue.</summary>
    Rgb24,

    /// <summary>8-bit blue, green, red.</summary>
    Bgr24,
}

/// <summary>
/// Encodes PNG pictures (ISO/IEC 15948) into memory that is used again for the next one. OpenCV's encoder would do, but it hands out a new array
/// each time, complains about a full disk on standard error, and is not there for whoever runs without native libraries. Not thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Memory streams hold nothing but managed memory.")]
internal sealed class PngEncoder
{
    private static readonly uint[] CrcTable = MakeCrcTable();
    private readonly MemoryStream _file = new();
    private readonly MemoryStream _compressed = new();
    private byte[] _line = [];
    private byte[] _above = [];

    /// <summary>Encodes a picture.</summary>
    /// <param name="pixels">Rows without padding.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="layout">What the pixels are.</param>
    /// <returns>The whole file, valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> pixels, int width, int height, PngPixels layout)
    {
        var pixelBytes = layout switch { PngPixels.Gray8 => 1, PngPixels.Gray16 => 2, _ => 3 };
        Compress(pixels, width * pixelBytes, height, layout);
        _file.SetLength(0);
        _file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = layout == PngPixels.Gray16 ? (byte)16 : (byte)8;
        header[9] = pixelBytes == 3 ? (byte)2 : (byte)0;
        WriteChunk("IHDR"u8, header);
        WriteChunk("IDAT"u8, _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length));
        WriteChunk("IEND"u8, []);
        return _file.GetBuffer().AsSpan(0, (int)_file.Length);
    }

    private void Compress(ReadOnlySpan<byte> pixels, int stride, int height, PngPixels layout)
    {
        if (_line.Length != stride + 1)
        {
            _line = new byte[stride + 1];
            _above = new byte[stride + 1];
        }

        // Filter 2, difference to the row above, suits photographs and label maps alike. The first row has none above, so it has filter 0: none.
        Array.Clear(_above);
        _compressed.SetLength(0);
        using var zlib = new ZLibStream(_compressed, CompressionLevel.Fastest, leaveOpen: true);
        Span<byte> filtered = _line;
        for (var y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * stride, stride);
            filtered[0] = y == 0 ? (byte)0 : (byte)2;
            switch (layout)
            {
                case PngPixels.Gray16 when BitConverter.IsLittleEndian:
                    for (var i = 0; i < stride; i += 2)
                    {
                        Put(i, row[i + 1]);
                        Put(i + 1, row[i]);
                    }

                    break;
                case PngPixels.Bgr24:
                    for (var i = 0; i < stride; i += 3)
                    {
                        Put(i, row[i + 2]);
                        Put(i + 1, row[i + 1]);
                        Put(i + 2, row[i]);
                    }

                    break;
                default:
                    for (var i = 0; i < stride; i++)
                    {
                        Put(i, row[i]);
                    }

                    break;
            }

            zlib.Write(_line);
        }
    }

    private void Put(int position, byte value)
    {
        _line[position + 1] = (byte)(value - _above[position]);
        _above[position] = value;
    }

    private void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        _file.Write(number);
        _file.Write(type);
        _file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        _file.Write(number);
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
