using System.Buffers.Binary;
using System.Text;

namespace OpenSegR.Realtime.Tests.Import;

/// <summary>A scratch folder, deleted with the test, and hand-made safetensors files.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder() => Path = Directory.CreateTempSubdirectory("segr-test-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] bytes)
    {
        // Deleted first, because ext4 waits for the disk when a file is emptied and written again, which thousands of small files would feel.
        System.IO.File.Delete(File(name));
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    /// <summary>Writes a safetensors file from its parts, right or wrong.</summary>
    public string WriteSafetensors(string json, int dataLength, ulong? headerLength = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerLength ?? (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return Write("hand-made.safetensors", bytes);
    }

    /// <summary>Names of all files and folders below, sorted.</summary>
    public string[] List() =>
        [.. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories).Select(entry => System.IO.Path.GetRelativePath(Path, entry)).Order()];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
