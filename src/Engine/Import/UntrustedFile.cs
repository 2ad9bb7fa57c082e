using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Import;

/// <summary>Opens and reads files that users name, with every failure turned into one clear line.</summary>
internal static class UntrustedFile
{
    /// <summary>Opens a file for reading at any position.</summary>
    /// <exception cref="ModelException">It is missing, a folder, no regular file, empty or not readable.</exception>
    public static SafeFileHandle OpenRead(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ModelException("the model file's name is empty or has characters that no file name can have");
        }

        SafeFileHandle handle;
        try
        {
            if (Directory.Exists(path))
            {
                throw new ModelException($"'{path}' is a folder, a file is needed");
            }

            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"'{path}' does not exist; check the path", error);
        }
        catch (Exception error) when (FileErrors.Is(error))
        {
            throw new ModelException($"'{path}' cannot be read: {FileErrors.Reason(error)}", error);
        }

        // Pipes and devices have no length and cannot be read by position.
        if (!handle.IsInvalid && CanSeek(handle))
        {
            return handle;
        }

        handle.Dispose();
        throw new ModelException($"'{path}' is not a regular file; copy it to one first");
    }

    /// <summary>Reads until <paramref name="destination"/> is full or the file ends; returns the number of bytes.</summary>
    /// <exception cref="ModelException">The file cannot be read.</exception>
    public static int Read(SafeFileHandle handle, string path, Span<byte> destination, long position)
    {
        var done = 0;
        try
        {
            while (done < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[done..], position + done);
                if (read == 0)
                {
                    break;
                }

                done += read;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"'{path}' cannot be read: {FileErrors.Reason(error)}", error);
        }

        return done;
    }

    private static bool CanSeek(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle) >= 0;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
