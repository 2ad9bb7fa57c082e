using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// The container that torch.save writes since version 1.6: a zip archive with one folder that holds data.pkl (what there is), data/KEY
/// (one file of raw bytes per block of tensor memory) and byteorder.
/// </summary>
internal static class TorchZip
{
    private const string DescriptionName = "/data.pkl";

    /// <summary>Reads the description of a checkpoint.</summary>
    /// <returns>The pickled value, and where each block of tensor memory lies.</returns>
    /// <exception cref="ModelException">The archive is damaged, hostile or no checkpoint.</exception>
    public static (object? Root, Func<PickleStorage, ZipEntry> Locate) Open(SafeFileHandle handle, string path, long fileLength)
    {
        var entries = ZipDirectory.Read(handle, path, fileLength);
        var description = FindDescription(entries, path);
        var folder = description.Name[..^DescriptionName.Length];
        if (entries.ContainsKey(folder + "/constants.pkl"))
        {
            throw new ModelException($"'{path}' is a TorchScript program, not a checkpoint of weights; save the weights with torch.save({{'model': model.state_dict()}}, 'new.pth')");
        }

        if (entries.TryGetValue(folder + "/byteorder", out var order) && order.Length < 16 && ReadText(handle, path, order) != "little")
        {
            throw new ModelException($"'{path}' was written on a big-endian machine; load and save it with PyTorch on this one first");
        }

        if (description.Length > PickleReader.MaxBytes)
        {
            throw new ModelException($"'{path}' is refused: its description takes {description.Length} bytes, at most {PickleReader.MaxBytes} are read; do not trust the file");
        }

        using var stream = OpenEntry(handle, path, description);
        var root = PickleReader.Read(new PickleInput(stream, path, description.Length), path);
        return (root, storage => entries.TryGetValue($"{folder}/data/{storage.Key}", out var entry)
            ? entry
            : throw new ModelException($"'{path}' is a damaged checkpoint: the data of block '{storage.Key}' is not in it; get the file again"));
    }

    /// <summary>Opens the contents of a file in the archive for reading once, from the start.</summary>
    public static Stream OpenEntry(SafeFileHandle handle, string path, ZipEntry entry)
    {
        var section = new SectionStream(handle, path, entry.Offset, entry.StoredLength);
        return entry.Deflated ? new DeflateStream(section, CompressionMode.Decompress) : section;
    }

    private static ZipEntry FindDescription(Dictionary<string, ZipEntry> entries, string path)
    {
        var found = entries.Values.Where(entry => entry.Name.EndsWith(DescriptionName, StringComparison.Ordinal)
            && entry.Name.IndexOf('/', StringComparison.Ordinal) == entry.Name.Length - DescriptionName.Length).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new ModelException($"'{path}' is a zip archive but no PyTorch checkpoint (it has no data.pkl); if the checkpoint is inside, unpack it first"),
            _ => throw new ModelException($"'{path}' is refused: it holds {found.Count} checkpoints in one archive; no checkpoint is written like this, do not trust the file"),
        };
    }

    private static string ReadText(SafeFileHandle handle, string path, ZipEntry entry)
    {
        using var stream = OpenEntry(handle, path, entry);
        var bytes = new PickleInput(stream, path, entry.Length).ReadBytes(entry.Length);
        return System.Text.Encoding.ASCII.GetString(bytes).Trim();
    }
}
