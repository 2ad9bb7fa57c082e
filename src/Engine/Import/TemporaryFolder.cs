namespace OpenSegR.Realtime.Import;

/// <summary>
/// A folder made under a temporary name beside its final one. <see cref="Commit"/> renames it in one step; disposing it before that
/// deletes it with all it holds.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly bool _overwrite;
    private bool _exists;

    /// <summary>Checks the final place; nothing is made yet.</summary>
    /// <exception cref="InputException">The place is taken or its parent cannot be used.</exception>
    public TemporaryFolder(string path, bool overwrite)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InputException("the name of the model folder is empty or has characters that no name can have");
        }

        _overwrite = overwrite;
        FinalPath = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Path = $"{FinalPath}.{Guid.NewGuid():N}.tmp";
        if (File.Exists(FinalPath))
        {
            throw new InputException($"cannot make the model folder '{path}': a file has that name");
        }

        // Replacing is for model folders alone: nobody's home folder is deleted because of a wrong --out.
        if (Directory.Exists(FinalPath) && !IsEmpty(FinalPath) && !(overwrite && Models.ModelFolder.Is(FinalPath)))
        {
            throw new InputException(Models.ModelFolder.Is(FinalPath)
                ? $"'{path}' is a model folder already; name another one, or say that it may be replaced (--force)"
                : $"'{path}' exists and is not empty; name a new folder");
        }
    }

    /// <summary>The temporary folder.</summary>
    public string Path { get; }

    /// <summary>The final folder.</summary>
    public string FinalPath { get; }

    /// <summary>Makes the temporary folder.</summary>
    /// <exception cref="InputException">The parent folder cannot be made or written.</exception>
    public void Create() => Do(() =>
    {
        Directory.CreateDirectory(Path);
        _exists = true;
    });

    /// <summary>Writes a small file.</summary>
    /// <exception cref="InputException">The disk is full or failing.</exception>
    public void WriteFile(string name, byte[] contents)
    {
        using var file = new TemporaryFile(System.IO.Path.Combine(Path, name));
        file.Write(contents);
        file.Commit(durable: true);
    }

    /// <summary>Gives the folder its name.</summary>
    /// <exception cref="InputException">The place was taken meanwhile.</exception>
    public void Commit() => Do(() =>
    {
        string? replaced = null;
        if (Directory.Exists(FinalPath))
        {
            if (IsEmpty(FinalPath))
            {
                Directory.Delete(FinalPath);
            }
            else if (_overwrite && Models.ModelFolder.Is(FinalPath))
            {
                replaced = $"{FinalPath}.{Guid.NewGuid():N}.old";
                Directory.Move(FinalPath, replaced);
            }
        }

        try
        {
            Directory.Move(Path, FinalPath);
            _exists = false;
        }
        catch when (replaced is not null && !Directory.Exists(FinalPath))
        {
            Directory.Move(replaced, FinalPath);
            throw;
        }

        if (replaced is not null)
        {
            Directory.Delete(replaced, recursive: true);
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_exists)
        {
            return;
        }

        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The failure that led here matters more, and nothing more can be done.
        }
    }

    private static bool IsEmpty(string path)
    {
        try
        {
            return !Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' cannot be used: {FileErrors.Reason(error)}", error);
        }
    }

    private void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (FileErrors.Is(error))
        {
            throw new InputException($"cannot write the model folder '{FinalPath}': {FileErrors.Reason(error)}", error);
        }
    }
}
