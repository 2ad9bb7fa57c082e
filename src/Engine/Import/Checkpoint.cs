using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// An open checkpoint of weights in any format this engine reads. Only descriptions are held in memory; values are streamed out by
/// <see cref="CopyTo"/>. Nothing in a checkpoint is ever executed.
/// </summary>
public abstract class Checkpoint : IDisposable
{
    // Tensors may share or repeat data and archives may be compressed, but only a file built to harm unpacks to much more than its size.
    private const int MaxExpansion = 4;
    private const long FreeExpansionBytes = 64 << 20;

    private IReadOnlyDictionary<string, TensorSpec> _tensors = new Dictionary<string, TensorSpec>();

    /// <summary>Names the file.</summary>
    private protected Checkpoint(string path, long length, CheckpointFormat format)
    {
        Path = path;
        Length = length;
        Format = format;
    }

    /// <summary>The file as it was named to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>Length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>How the file stores its tensors.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>All tensors of the model by name, without prefixes that training wrappers add to every name.</summary>
    public IReadOnlyDictionary<string, TensorSpec> Tensors => _tensors;

    /// <summary>Opens a checkpoint. The format is told by the content; the file's name does not matter.</summary>
    /// <exception cref="ModelException">The file is missing, damaged, hostile, or no checkpoint; the message says which and what to do.</exception>
    public static Checkpoint Open(string path)
    {
        var handle = UntrustedFile.OpenRead(path);
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length == 0)
            {
                throw new ModelException($"'{path}' is empty; get the file again");
            }

            var start = new byte[(int)Math.Min(512, length)];
            UntrustedFile.Read(handle, path, start, 0);
            if (start.AsSpan().StartsWith("PK\u0003\u0004"u8) || start.AsSpan().StartsWith("PK\u0005\u0006"u8))
            {
                var (root, locate) = TorchZip.Open(handle, path, length);
                return new TorchCheckpoint(handle, path, length, CheckpointFormat.TorchZip, root, locate);
            }

            if (start is [0x80, >= 2 and <= 5, ..])
            {
                var (root, locate) = TorchLegacy.Open(handle, path, length);
                return new TorchCheckpoint(handle, path, length, CheckpointFormat.TorchLegacy, root, locate);
            }

            if (length > 9 && start[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) <= SafetensorsHeader.MaxBytes)
            {
                handle.Dispose();
                return new SafetensorsCheckpoint(SafetensorsFile.Open(path));
            }

            throw Unknown(path, start);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Hands a tensor's bytes on, in pieces, in C order whatever its strides are.</summary>
    /// <param name="name">One of <see cref="Tensors"/>.</param>
    /// <param name="sink">Receives the bytes.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <exception cref="ModelException">The data is damaged or there is no such tensor.</exception>
    /// <exception cref="OperationCanceledException">The copy was cancelled.</exception>
    public abstract void CopyTo(string name, TensorSink sink, CancellationToken cancellation = default);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Publishes the tensors, once, after checking that they are not absurdly larger than the file.</summary>
    private protected void SetTensors(IReadOnlyDictionary<string, TensorSpec> tensors)
    {
        var limit = (Length * MaxExpansion) + FreeExpansionBytes;
        var total = 0L;
        foreach (var tensor in tensors.Values)
        {
            if (tensor.ByteCount > limit - total)
            {
                throw new ModelException($"'{Path}' is refused: its tensors would unpack to more than {limit} bytes from a file of {Length}; no checkpoint is written like this, do not trust the file");
            }

            total += tensor.ByteCount;
        }

        _tensors = tensors;
    }

    private protected TensorSpec Find(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new ModelException($"'{Path}' has no tensor '{name}'");

    private static ModelException Unknown(string path, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
        {
            return new ModelException($"'{path}' is a Git LFS pointer, not the checkpoint itself; fetch it with: git lfs pull");
        }

        if (start is [0x1F, 0x8B, ..] || (start.Length > 262 && start[257..262].SequenceEqual("ustar"u8)))
        {
            return new ModelException($"'{path}' is a packed archive (gzip or tar), not a checkpoint; unpack it first");
        }

        var text = start is [0xEF, 0xBB, 0xBF, ..] ? start[3..] : start;
        if (IsText(text))
        {
            var page = Encoding.UTF8.GetString(text).TrimStart().StartsWith('<');
            return new ModelException($"'{path}' is {(page ? "a web page" : "a text file")}, not a checkpoint; download the checkpoint itself");
        }

        return new ModelException($"'{path}' is no checkpoint that can be read (PyTorch .pth or .safetensors); check the file, or get it again if its start is damaged");
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is < 32 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f') or 127)
            {
                return false;
            }
        }

        // The last character may be cut; it has at most four bytes.
        for (var cut = 0; cut < Math.Min(4, bytes.Length); cut++)
        {
            if (Utf8.IsValid(bytes[..^cut]))
            {
                return true;
            }
        }

        return false;
    }
}
