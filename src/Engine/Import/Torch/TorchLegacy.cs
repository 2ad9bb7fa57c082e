using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// The container of PyTorch before 1.6 (and of _use_new_zipfile_serialization=False): five pickles one after another (magic number,
/// version, system, the value, the keys of all blocks), then each block as a 64-bit element count and its raw bytes.
/// </summary>
internal static class TorchLegacy
{
    private const int ProtocolVersion = 1001;
    private static readonly Int128 MagicNumber = ((Int128)0x1950 << 64) | 0xA86A_20F9_469C_FC6C;

    /// <summary>Reads the description of a checkpoint.</summary>
    /// <returns>The pickled value, and where each block of tensor memory lies.</returns>
    /// <exception cref="ModelException">The file is damaged, hostile or a pickle of something else.</exception>
    public static (object? Root, Func<PickleStorage, ZipEntry> Locate) Open(SafeFileHandle handle, string path, long fileLength)
    {
        using var stream = new SectionStream(handle, path, 0, fileLength);
        var input = new PickleInput(stream, path, Math.Min(fileLength, PickleReader.MaxBytes));
        if (PickleReader.Read(input, path) is not Int128 magic || magic != MagicNumber)
        {
            throw new ModelException($"'{path}' is a plain pickle, not a checkpoint that torch.save wrote; load it in Python and save it with torch.save({{'model': ...}}, 'new.pth')");
        }

        if (PickleReader.Read(input, path) is not (long and ProtocolVersion))
        {
            throw input.Damaged("it is of an unknown version");
        }

        if (PickleReader.Read(input, path) is not PickleDict system || system.Get("little_endian") is not true)
        {
            throw new ModelException($"'{path}' was written on a big-endian machine; load and save it with PyTorch on this one first");
        }

        var storages = new Dictionary<string, PickleStorage>(StringComparer.Ordinal);
        var root = PickleReader.Read(input, path, storages);
        if (PickleReader.Read(input, path) is not List<object?> keys)
        {
            throw input.Damaged("its list of blocks is missing");
        }

        var blocks = LocateBlocks(handle, path, fileLength, input.Position, keys, storages);
        return (root, storage => blocks.TryGetValue(storage.Key, out var block)
            ? block
            : throw new ModelException($"'{path}' is a damaged checkpoint: the data of block '{storage.Key}' is not in it; get the file again"));
    }

    private static Dictionary<string, ZipEntry> LocateBlocks(
        SafeFileHandle handle, string path, long fileLength, long position, List<object?> keys, Dictionary<string, PickleStorage> storages)
    {
        var blocks = new Dictionary<string, ZipEntry>(keys.Count, StringComparer.Ordinal);
        Span<byte> prefix = stackalloc byte[8];
        foreach (var item in keys)
        {
            if (item is not string key || !storages.TryGetValue(key, out var storage) || blocks.ContainsKey(key))
            {
                throw Damaged(path, "its list of blocks does not fit its description");
            }

            var count = UntrustedFile.Read(handle, path, prefix, position) == 8
                ? BinaryPrimitives.ReadInt64LittleEndian(prefix)
                : throw Damaged(path, "it is cut short");
            position += 8;
            var size = storage.Type?.ByteSize() ?? 1;
            if (count != storage.Count || count > (fileLength - position) / size)
            {
                throw Damaged(path, count != storage.Count ? $"block '{key}' has another length than described" : "it is cut short");
            }

            blocks.Add(key, new ZipEntry(key, false, position, count * size, count * size, 0));
            position += count * size;
        }

        return blocks;
    }

    private static ModelException Damaged(string path, string problem) => new($"'{path}' is a damaged checkpoint: {problem}; get the file again");
}
