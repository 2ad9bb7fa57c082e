using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// Keeps computed text embeddings in a folder, one file an entry, named by what the embeddings were computed from.
/// <para>
/// Any number of threads and processes may use one folder: an entry is written under a temporary name and then renamed, so it is there
/// whole or not at all. Everything read is checked; an entry that is torn, damaged or not ours is a miss and is written anew. A folder
/// that cannot be written is reported once, and the embeddings are then computed each time.
/// </para>
/// </summary>
public sealed class EmbeddingCache
{
    private const string Extension = ".emb";
    private const string TemporaryExtension = ".tmp";

    // Another process may be writing a temporary file right now; an old one was left by a process that died.
    private static readonly TimeSpan TemporaryLifetime = TimeSpan.FromHours(1);

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly Action<string>? _warn;
    private int _warned;

    /// <summary>Opens a cache; the folder is created when something is written.</summary>
    /// <param name="folder">The folder, e.g. "embeddings" inside the program's cache folder.</param>
    /// <param name="maxBytes">Size to which <see cref="Trim"/> brings the folder.</param>
    /// <param name="warn">Told once, in one line, when the folder cannot be written; may be null.</param>
    public EmbeddingCache(string folder, long maxBytes = 1L << 30, Action<string>? warn = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 0);
        _folder = folder;
        _maxBytes = maxBytes;
        _warn = warn;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">32 bytes, the hash of what it was computed from.</param>
    /// <param name="dimension">C, length of a row.</param>
    /// <param name="rows">[R, C] unit rows, filled where the entry is there; otherwise their content is undefined.</param>
    /// <returns>False where there is no such entry or it is not whole.</returns>
    internal bool TryRead(ReadOnlySpan<byte> key, int dimension, Span<float> rows)
    {
        var path = PathOf(key);
        try
        {
            using var handle = Open(path);
            if (handle is null || RandomAccess.GetLength(handle) != EmbeddingEntry.ByteLength(rows.Length))
            {
                return false;
            }

            // The values go straight to where they are needed; they are checked there.
            Span<byte> header = stackalloc byte[EmbeddingEntry.HeaderBytes];
            Span<byte> checksum = stackalloc byte[EmbeddingEntry.ChecksumBytes];
            var values = MemoryMarshal.AsBytes(rows);
            if (!Fill(handle, header, 0) || !Fill(handle, values, header.Length) || !Fill(handle, checksum, header.Length + values.Length)
                || !EmbeddingEntry.IsSound(header, key, dimension, rows, checksum))
            {
                return false;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }

        MarkUsed(path);
        return true;
    }

    /// <summary>Writes an entry, or replaces it. Failure is reported once and otherwise has no effect.</summary>
    /// <param name="key">32 bytes, the hash of what the rows were computed from.</param>
    /// <param name="dimension">C, length of a row.</param>
    /// <param name="rows">[R, C] unit rows.</param>
    internal void Write(ReadOnlySpan<byte> key, int dimension, ReadOnlySpan<float> rows)
    {
        var path = PathOf(key);
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}{TemporaryExtension}";
        try
        {
            Directory.CreateDirectory(_folder);
            Span<byte> header = stackalloc byte[EmbeddingEntry.HeaderBytes];
            Span<byte> checksum = stackalloc byte[EmbeddingEntry.ChecksumBytes];
            EmbeddingEntry.Describe(header, key, dimension, rows, checksum);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 4096))
            {
                file.Write(header);
                file.Write(MemoryMarshal.AsBytes(rows));
                file.Write(checksum);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Delete(temporary);
            if (Interlocked.Exchange(ref _warned, 1) == 0)
            {
                _warn?.Invoke($"the embedding cache '{_folder}' cannot be written, text is embedded anew each time: "
                    + e.Message.ReplaceLineEndings(" "));
            }
        }
    }

    /// <summary>Deletes the entries that were not used for longest until the folder fits its size, and what dead processes left.</summary>
    public void Trim()
    {
        try
        {
            var entries = new List<FileInfo>();
            foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
            {
                if (file.Extension == Extension)
                {
                    entries.Add(file);
                }
                else if (file.Extension == TemporaryExtension && DateTime.UtcNow - file.LastWriteTimeUtc > TemporaryLifetime)
                {
                    Delete(file.FullName);
                }
            }

            // Oldest first; a date in the future (a clock was wrong) must not keep an entry for ever, so it counts as old.
            var total = entries.Sum(file => file.Length);
            var now = DateTime.UtcNow.AddDays(1);
            foreach (var file in entries.OrderBy(file => file.LastWriteTimeUtc > now ? DateTime.MinValue : file.LastWriteTimeUtc))
            {
                if (total <= _maxBytes)
                {
                    break;
                }

                Delete(file.FullName);
                total -= file.Length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may be trimming too, or there is no folder yet: nothing is lost by doing it another time.
        }
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static bool Fill(SafeFileHandle handle, Span<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(handle, bytes, position);
            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
            position += read;
        }

        return true;
    }

    private static void MarkUsed(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that is only read keeps the dates that it has.
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use by another process; the next trim finds it again.
        }
    }

    private string PathOf(ReadOnlySpan<byte> key) => Path.Combine(_folder, Convert.ToHexStringLower(key) + Extension);
}
