using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Models;

/// <summary>
/// SHA-256 of files, remembered between runs: hashing a gigabyte at every start would cost seconds. A remembered hash is used only while
/// the file has the same full path, length and modification time. What is remembered lies in the user's own cache; without a writable
/// cache everything still works, only slower.
/// </summary>
internal static class FileHashes
{
    private const string Version = "segr file hash 1";
    private const string Folder = "hashes";
    private const int BufferBytes = 1 << 20;

    /// <summary>Returns the hash of a file, remembered or computed now.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Receives the bytes hashed so far, only where the file has to be read.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <exception cref="ModelException">The file cannot be read.</exception>
    public static string Get(string path, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var full = Path.GetFullPath(path);
        var state = StateOf(full);
        if (Recall(full, state) is { } known)
        {
            return known;
        }

        var hash = Compute(path, progress, cancellation);
        // Remembered under the state from before the reading, so that a change meanwhile shows next time.
        Remember(full, state, hash);
        return hash;
    }

    /// <summary>Remembers the hash of a file that was just written.</summary>
    public static void Remember(string path, string hash)
    {
        var full = Path.GetFullPath(path);
        Remember(full, StateOf(full), hash);
    }

    private static string Compute(string path, IProgress<long>? progress, CancellationToken cancellation)
    {
        using var handle = UntrustedFile.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        for (long position = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = UntrustedFile.Read(handle, path, buffer, position);
            if (read == 0)
            {
                return Convert.ToHexStringLower(hash.GetCurrentHash());
            }

            hash.AppendData(buffer, 0, read);
            position += read;
            progress?.Report(position);
        }
    }

    /// <summary>What must be unchanged for a remembered hash to hold; null where the file cannot be asked.</summary>
    private static string? StateOf(string full)
    {
        try
        {
            var info = new FileInfo(full);
            // A link's own time says nothing about the file it leads to.
            var target = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            return target is { Exists: true }
                ? string.Create(CultureInfo.InvariantCulture, $"{target.FullName}\n{target.Length}\n{target.LastWriteTimeUtc.Ticks}")
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Recall(string full, string? state)
    {
        if (state is null)
        {
            return null;
        }

        try
        {
            var lines = File.ReadAllText(EntryFor(full));
            var expected = $"{Version}\n{state}\n";
            var hash = lines.Length == expected.Length + 65 && lines.StartsWith(expected, StringComparison.Ordinal) ? lines[expected.Length..^1] : null;
            return hash is not null && hash.All(char.IsAsciiHexDigitLower) ? hash : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Remember(string full, string? state, string hash)
    {
        if (state is null)
        {
            return;
        }

        try
        {
            AppPaths.CreateCacheFolder(Folder);
            using var file = new TemporaryFile(EntryFor(full));
            file.Write(Encoding.UTF8.GetBytes($"{Version}\n{state}\n{hash}\n"));
            file.Commit(durable: false);
        }
        catch (SegrException)
        {
            // The hash is only computed again next time.
        }
    }

    private static string EntryFor(string full) =>
        Path.Combine(AppPaths.CacheFolder, Folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)))[..32]);
}
