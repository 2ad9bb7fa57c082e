using System.Buffers.Binary;
using System.Text;

namespace OpenSegR.Realtime.Import;

/// <summary>A bounded, buffered source of the bytes of a pickle.</summary>
internal sealed class PickleInput(Stream stream, string path, long limit)
{
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _start;
    private int _end;

    /// <summary>Bytes taken so far.</summary>
    public long Position { get; private set; }

    public byte ReadByte()
    {
        Span<byte> value = stackalloc byte[1];
        Read(value);
        return value[0];
    }

    public ushort ReadUInt16()
    {
        Span<byte> value = stackalloc byte[2];
        Read(value);
        return BinaryPrimitives.ReadUInt16LittleEndian(value);
    }

    public int ReadInt32()
    {
        Span<byte> value = stackalloc byte[4];
        Read(value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    public long ReadInt64()
    {
        Span<byte> value = stackalloc byte[8];
        Read(value);
        return BinaryPrimitives.ReadInt64LittleEndian(value);
    }

    public double ReadDoubleBigEndian()
    {
        Span<byte> value = stackalloc byte[8];
        Read(value);
        return BinaryPrimitives.ReadDoubleBigEndian(value);
    }

    /// <summary>Reads bytes whose number the pickle itself states, after checking that there can be so many.</summary>
    public byte[] ReadBytes(long count)
    {
        if (count < 0 || count > limit - Position)
        {
            throw Damaged($"it claims a value of {count} bytes");
        }

        // A claim that the data does not keep must not cost memory: beyond a megabyte, memory grows with what was really read.
        var result = new byte[Math.Min(count, 1 << 20)];
        var done = 0;
        while (true)
        {
            Read(result.AsSpan(done));
            done = result.Length;
            if (done == count)
            {
                return result;
            }

            Array.Resize(ref result, (int)Math.Min(count, (long)done * 2));
        }
    }

    public string ReadUtf8(long count) => Encoding.UTF8.GetString(ReadBytes(count));

    /// <summary>Reads up to a line feed, which is taken but not returned.</summary>
    public string ReadLine(int most)
    {
        var bytes = new List<byte>(32);
        for (byte next; (next = ReadByte()) != '\n';)
        {
            if (bytes.Count == most)
            {
                throw Damaged($"a name is longer than {most} characters");
            }

            bytes.Add(next);
        }

        return Encoding.UTF8.GetString(bytes.ToArray()).TrimEnd('\r');
    }

    public ModelException Damaged(string problem) => new($"'{path}' is a damaged checkpoint: {problem} (at byte {Position} of its description); get the file again");

    private void Read(Span<byte> destination)
    {
        Position += destination.Length;
        if (Position > limit)
        {
            throw Damaged("its description ends too early");
        }

        while (destination.Length > 0)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = Fill();
            }

            var count = Math.Min(destination.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(destination);
            _start += count;
            destination = destination[count..];
        }
    }

    private int Fill()
    {
        int read;
        try
        {
            read = stream.Read(_buffer);
        }
        catch (InvalidDataException error)
        {
            throw new ModelException($"'{path}' is a damaged checkpoint: its compressed description cannot be unpacked; get the file again", error);
        }

        return read > 0 ? read : throw Damaged("its description ends too early");
    }
}
