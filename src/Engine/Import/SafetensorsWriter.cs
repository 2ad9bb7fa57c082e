using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// Writes a safetensors file as a stream, under a temporary name that <see cref="Commit"/> turns into the real one. Disposing it before
/// that leaves nothing behind.
/// </summary>
/// <remarks>
/// The format allows no holes between tensors, yet memory-mapped readers (ONNX Runtime's external data among them) want large tensors at
/// page boundaries. So the header is padded to a whole page and the tensors are ordered by how large a power of two divides their length:
/// every tensor then starts at a multiple of that power of two (at most a page), and none is ever misaligned for its element type.
/// </remarks>
public sealed class SafetensorsWriter : IDisposable
{
    /// <summary>Position of the first tensor, and the largest alignment that tensors get, in bytes.</summary>
    public const int PageSize = 4096;

    private readonly string _path;
    private readonly TemporaryFile _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _length;
    private long _position;

    private SafetensorsWriter(string path, IReadOnlyList<TensorInfo> tensors, byte[] header)
    {
        _path = path;
        Tensors = tensors;
        _length = header.Length + tensors.Sum(tensor => tensor.ByteLength);
        _file = new TemporaryFile(path);
        try
        {
            WriteRaw(header);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The tensors in the order in which their bytes must be written.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>Starts a file.</summary>
    /// <param name="path">Final name; its folder must exist, and a file of that name is replaced at the end.</param>
    /// <param name="tensors">Everything that will be written, in any order.</param>
    /// <param name="metadata">Free-form string map for the header, or null.</param>
    /// <exception cref="InputException">The file cannot be created or written.</exception>
    /// <exception cref="ArgumentException">Two tensors have the same name or a name is reserved.</exception>
    public static SafetensorsWriter Create(string path, IEnumerable<TensorSpec> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(tensor => Alignment(tensor.ByteCount)).ToList();
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataName };
        if (ordered.FirstOrDefault(tensor => !names.Add(tensor.Name)) is { } repeated)
        {
            throw new ArgumentException($"the tensor name '{repeated.Name}' is used twice or reserved", nameof(tensors));
        }

        var header = Header(ordered, metadata);
        var placed = new List<TensorInfo>(ordered.Count);
        long position = header.Length;
        foreach (var tensor in ordered)
        {
            placed.Add(new TensorInfo(tensor.Name, tensor.Type, tensor.Shape, position, tensor.ByteCount));
            position += tensor.ByteCount;
        }

        return new SafetensorsWriter(path, placed, header);
    }

    /// <summary>Writes a whole file of tensors that are in memory.</summary>
    /// <param name="path">Final name; its folder must exist, and a file of that name is replaced.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Free-form string map for the header, or null.</param>
    /// <exception cref="InputException">The file cannot be written; nothing is left behind.</exception>
    public static void Save(string path, IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        using var writer = Create(path, byName.Values, metadata);
        using var stream = new WriterStream(writer);
        foreach (var tensor in writer.Tensors)
        {
            byName[tensor.Name].WriteTo(stream);
        }

        writer.Commit();
    }

    /// <summary>Appends bytes: all of the first of <see cref="Tensors"/>, then all of the second, and so on, in pieces of any size.</summary>
    /// <exception cref="InputException">The disk is full or the file cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _length - _position)
        {
            throw new InvalidOperationException("more bytes were written than the tensors have");
        }

        WriteRaw(bytes);
    }

    /// <summary>Completes the file and gives it its name.</summary>
    /// <param name="durable">True to wait until the data is on the disk, so that a power cut cannot leave a named but incomplete file.</param>
    /// <returns>Lower-case hexadecimal SHA-256 of the whole file.</returns>
    /// <exception cref="InputException">The disk is full or the file cannot be renamed.</exception>
    public string Commit(bool durable = false)
    {
        if (_position != _length)
        {
            throw new InvalidOperationException($"only {_position} of {_length} bytes were written to '{_path}'");
        }

        _file.Commit(durable);
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        _file.Write(bytes);
        _hash.AppendData(bytes);
        _position += bytes.Length;
    }

    private static long Alignment(long byteCount) => byteCount == 0 ? PageSize : Math.Min(PageSize, byteCount & -byteCount);

    private static byte[] Header(List<TensorSpec> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long position = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (var side in tensor.Shape)
                {
                    json.WriteNumberValue(side);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                json.WriteNumberValue(position += tensor.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var total = (8 + buffer.Length + PageSize - 1) / PageSize * PageSize;
        if (total - 8 > SafetensorsHeader.MaxBytes)
        {
            throw new ArgumentException("the names and shapes exceed what a safetensors header can hold", nameof(tensors));
        }

        var header = new byte[total];
        BinaryPrimitives.WriteInt64LittleEndian(header, total - 8);
        buffer.GetBuffer().AsSpan(0, (int)buffer.Length).CopyTo(header.AsSpan(8));
        header.AsSpan(8 + (int)buffer.Length).Fill((byte)' ');
        return header;
    }

    /// <summary>Lets tensors in memory write themselves.</summary>
    private sealed class WriterStream(SafetensorsWriter writer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => writer.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => writer.Write(buffer);
    }
}
