namespace OpenSegR.Realtime.Import;

/// <summary>
/// A file written under a temporary name beside its final one. <see cref="Commit"/> renames it in one step; disposing it before that
/// deletes it, so a failed or cancelled write leaves nothing behind.
/// </summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private bool _committed;

    /// <summary>Creates the temporary file.</summary>
    /// <exception cref="InputException">The folder does not exist or cannot be written.</exception>
    public TemporaryFile(string path)
    {
        _path = path;
        _temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (Directory.Exists(path))
            {
                throw new InputException($"cannot write '{path}': it is a folder");
            }

            _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }
        catch (Exception error) when (FileErrors.Is(error))
        {
            throw Failure(error);
        }
    }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="InputException">The disk is full or failing.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception error) when (FileErrors.Is(error))
        {
            throw Failure(error);
        }
    }

    /// <summary>Closes the file and renames it over the final name.</summary>
    /// <exception cref="InputException">The disk is full or the final name cannot be replaced.</exception>
    public void Commit(bool durable)
    {
        try
        {
            _stream.Flush(durable);
            _stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            _committed = true;
        }
        catch (Exception error) when (FileErrors.Is(error))
        {
            throw Failure(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // Closing flushes the buffer, which fails again on a full disk; the first failure was already reported.
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception error) when (FileErrors.Is(error))
        {
            // Nothing more can be done about a file that cannot be deleted, and the first failure matters more.
        }
    }

    private InputException Failure(Exception error) => new($"cannot write '{_path}': {FileErrors.Reason(error)}", error);
}
