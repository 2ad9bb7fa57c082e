using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// An open safetensors file: names, types, shapes and byte positions of its tensors, checked when opened, and their values on demand.
/// Nothing but the header is held in memory. All members may be used from several threads at once.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, TensorInfo> _tensors;

    private SafetensorsFile(string path, SafeFileHandle handle, List<TensorInfo> tensors, Dictionary<string, string> metadata, long length)
    {
        Path = path;
        Length = length;
        Metadata = metadata;
        InFileOrder = tensors;
        _handle = handle;
        _tensors = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The file as it was named to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>Length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>All tensors in the order of their data.</summary>
    public IReadOnlyList<TensorInfo> InFileOrder { get; }

    /// <summary>The file's free-form string map, empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public TensorInfo this[string name] => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new ModelException($"'{Path}' has no tensor '{name}'");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="ModelException">The file is missing, unreadable, damaged or no safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = UntrustedFile.OpenRead(path);
        try
        {
            var length = RandomAccess.GetLength(handle);
            Span<byte> prefix = stackalloc byte[8];
            if (length < 8 || UntrustedFile.Read(handle, path, prefix, 0) != 8)
            {
                throw new ModelException($"'{path}' is not a safetensors file: it has only {length} bytes");
            }

            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength < 2 || headerLength > (ulong)Math.Min(SafetensorsHeader.MaxBytes, length - 8))
            {
                throw new ModelException($"'{path}' is not a safetensors file, or is cut short: it claims a header of {headerLength} bytes and has {length} in all");
            }

            var json = new byte[headerLength];
            if (UntrustedFile.Read(handle, path, json, 8) != json.Length)
            {
                throw new ModelException($"'{path}' changed while it was read; try again");
            }

            var tensors = SafetensorsHeader.Parse(path, json, 8 + json.Length, length, out var metadata);
            return new SafetensorsFile(path, handle, tensors, metadata, length);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>True where the file has a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Reads a part of a tensor's bytes as they are stored.</summary>
    /// <param name="tensor">One of this file's tensors.</param>
    /// <param name="start">Byte position within the tensor.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="ModelException">The file cannot be read or became shorter.</exception>
    public void ReadBytes(TensorInfo tensor, long start, Span<byte> destination)
    {
        if (start < 0 || start > tensor.ByteLength - destination.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"outside tensor '{tensor.Name}' of {tensor.ByteLength} bytes");
        }

        if (UntrustedFile.Read(_handle, Path, destination, tensor.Offset + start) != destination.Length)
        {
            throw new ModelException($"'{Path}' became shorter while it was read; get the file again");
        }
    }

    /// <summary>Reads a whole tensor whose element type is exactly <typeparamref name="T"/> (float, Half, double, long, int, short, sbyte, byte, bool).</summary>
    /// <exception cref="ModelException">There is no such tensor, it has another type, or it is too large for an array.</exception>
    public T[] Read<T>(string name) where T : unmanaged
    {
        var tensor = this[name];
        if (TensorTypes.Of<T>() is not { } type || type != tensor.Type)
        {
            throw new ModelException($"'{Path}': tensor '{name}' has element type {tensor.Type}, expected {TensorTypes.Of<T>()?.ToString() ?? typeof(T).Name}");
        }

        var values = new T[ArrayLength(tensor)];
        ReadInto(tensor, MemoryMarshal.AsBytes(values.AsSpan()));
        if (type == TensorType.BOOL)
        {
            // Any byte may come from a file, but a bool of .NET is 0 or 1.
            foreach (ref var value in MemoryMarshal.AsBytes(values.AsSpan()))
            {
                value = value != 0 ? (byte)1 : (byte)0;
            }
        }

        return values;
    }

    /// <summary>Reads a whole tensor of any type as single-precision numbers.</summary>
    /// <exception cref="ModelException">There is no such tensor or it is too large for an array.</exception>
    public float[] ReadFloats(string name)
    {
        var tensor = this[name];
        var values = new float[ArrayLength(tensor)];
        ReadFloats(tensor, values);
        return values;
    }

    /// <summary>Reads a whole tensor of any type as single-precision numbers into the caller's memory.</summary>
    /// <param name="tensor">One of this file's tensors.</param>
    /// <param name="destination">Exactly as long as the tensor has elements.</param>
    /// <exception cref="ModelException">The file cannot be read.</exception>
    public void ReadFloats(TensorInfo tensor, Span<float> destination)
    {
        if (destination.Length != tensor.Count)
        {
            throw new ArgumentException($"tensor '{tensor.Name}' has {tensor.Count} elements, not {destination.Length}", nameof(destination));
        }

        if (tensor.Type == TensorType.F32)
        {
            ReadInto(tensor, MemoryMarshal.AsBytes(destination));
            return;
        }

        var size = tensor.Type.ByteSize();
        var buffer = new byte[Math.Min(1 << 20, tensor.ByteLength)];
        for (var done = 0; done < destination.Length;)
        {
            var count = Math.Min(buffer.Length / size, destination.Length - done);
            var bytes = buffer.AsSpan(0, count * size);
            ReadBytes(tensor, (long)done * size, bytes);
            TensorConversion.ToFloats(tensor.Type, bytes, destination.Slice(done, count));
            done += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private void ReadInto(TensorInfo tensor, Span<byte> destination) => ReadBytes(tensor, 0, destination);

    private int ArrayLength(TensorInfo tensor) => tensor.ByteLength <= Array.MaxLength && tensor.Count * sizeof(float) <= Array.MaxLength
        ? (int)tensor.Count
        : throw new ModelException($"'{Path}': tensor '{tensor.Name}' of shape {tensor.ShapeText} is too large to read at once");
}
