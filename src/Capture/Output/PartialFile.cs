namespace OpenSegR.Realtime.Capture;

/// <summary>
/// An output file that grows under a name of its own, "clip.partial.mp4" for "clip.mp4", in the same folder, and gets its final name by one
/// rename when it is whole: under the final name there is either nothing new or a finished file.
/// </summary>
internal sealed class PartialFile
{
    /// <summary>Chooses the names.</summary>
    /// <param name="path">The final name.</param>
    public PartialFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        GrowingPath = System.IO.Path.ChangeExtension(path, ".partial" + System.IO.Path.GetExtension(path));
    }

    /// <summary>The final name.</summary>
    public string Path { get; }

    /// <summary>The name while the file grows. It keeps the extension, by which writers choose the format.</summary>
    public string GrowingPath { get; }

    /// <summary>Creates the growing file, empty, replacing what an interrupted run left.</summary>
    /// <exception cref="InputException">It cannot be created; the message says why.</exception>
    public void Create()
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path));
        if (!Directory.Exists(folder))
        {
            throw new InputException($"cannot write '{Path}': there is no folder '{folder}'");
        }

        if (Directory.Exists(Path))
        {
            throw new InputException($"cannot write '{Path}': it is a folder; give a file in it");
        }

        try
        {
            File.Create(GrowingPath).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{Path}': {e.Message}", e);
        }
    }

    /// <summary>Gives the file its final name, replacing an older file of that name.</summary>
    /// <exception cref="InputException">The rename failed.</exception>
    public void Commit()
    {
        try
        {
            File.Move(GrowingPath, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot rename '{GrowingPath}' to '{Path}': {e.Message}", e);
        }
    }

    /// <summary>Deletes the growing file if it is there; never throws.</summary>
    public void Discard() => Delete(GrowingPath);

    /// <summary>Deletes a file if it is there; never throws, since it is called where something worse has happened already.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
