using System.Buffers.Binary;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Writes uncompressed frames as a Matroska stream: the simplest container that carries a time stamp with every frame through a pipe, so
/// that a source of variable rate keeps its timing. Layout by RFC 9559 (Matroska) and RFC 8794 (EBML).
/// </summary>
internal sealed class RawMatroskaWriter
{
    private const int ClusterHeaderLength = 35;
    private readonly Stream _output;
    private readonly byte[] _clusterHeader = new byte[ClusterHeaderLength];

    /// <summary>Writes everything that comes before the first frame.</summary>
    /// <param name="output">The pipe; stays the caller's.</param>
    /// <param name="format">Format of all frames.</param>
    /// <param name="framesPerSecond">Nominal rate; only a hint, the time stamps decide.</param>
    public RawMatroskaWriter(Stream output, FrameFormat format, double framesPerSecond)
    {
        _output = output;
        Format = format;
        var order = format.PixelFormat == PixelFormat.Rgb24 ? "RGB\x18"u8 : "BGR\x18"u8;
        byte[] start =
        [
            .. Element(0x1A45DFA3, [.. Element(0x4282, "matroska"u8), .. Number(0x4287, 4), .. Number(0x4285, 2)]),
            // A segment of unknown length: it ends with the pipe.
            0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            // Time stamps count in units of 1000 ns, the frames' own unit.
            .. Element(0x1549A966, [.. Number(0x2AD7B1, 1000), .. Element(0x4D80, "segr"u8), .. Element(0x5741, "segr"u8)]),
            .. Element(0x1654AE6B, Element(0xAE,
            [
                .. Number(0xD7, 1), .. Number(0x73C5, 1), .. Number(0x83, 1), .. Number(0x9C, 0),
                .. Element(0x86, "V_UNCOMPRESSED"u8),
                .. Number(0x23E383, (ulong)Math.Round(1e9 / framesPerSecond)),
                .. Element(0xE0, [.. Number(0xB0, (ulong)format.Width), .. Number(0xBA, (ulong)format.Height), .. Element(0x2EB524, order)]),
            ])),
        ];
        _output.Write(start);
        PrepareClusterHeader();
    }

    /// <summary>Format of all frames.</summary>
    public FrameFormat Format { get; }

    /// <summary>Writes one frame of <see cref="Format"/>; allocates nothing.</summary>
    /// <param name="frame">The frame; stays the caller's.</param>
    /// <param name="timestampUs">Its time in microseconds from the start of the stream.</param>
    public void Write(Frame frame, long timestampUs)
    {
        BinaryPrimitives.WriteInt64BigEndian(_clusterHeader.AsSpan(14), timestampUs);
        _output.Write(_clusterHeader);
        _output.Write(frame.Pixels);
    }

    // One cluster a frame: its own 64-bit time stamp, then one block at relative time 0.
    private void PrepareClusterHeader()
    {
        var blockLength = 4 + Format.ByteCount;
        var header = _clusterHeader.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x1F43B675);
        WriteLength(header[4..], (ulong)(ClusterHeaderLength - 12 + Format.ByteCount));
        header[12] = 0xE7;
        header[13] = 0x88;
        header[22] = 0xA3;
        WriteLength(header[23..], (ulong)blockLength);
        header[31] = 0x81;
        header[34] = 0x80;
    }

    private static byte[] Number(uint id, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Element(id, bytes);
    }

    private static byte[] Element(uint id, ReadOnlySpan<byte> content)
    {
        var idLength = id > 0xFFFFFF ? 4 : id > 0xFFFF ? 3 : id > 0xFF ? 2 : 1;
        var element = new byte[idLength + 8 + content.Length];
        for (var i = 0; i < idLength; i++)
        {
            element[i] = (byte)(id >> (8 * (idLength - 1 - i)));
        }

        WriteLength(element.AsSpan(idLength), (ulong)content.Length);
        content.CopyTo(element.AsSpan(idLength + 8));
        return element;
    }

    // Always the eight-byte form, marked by a leading 1.
    private static void WriteLength(Span<byte> target, ulong length) => BinaryPrimitives.WriteUInt64BigEndian(target, length | (1UL << 56));
}
