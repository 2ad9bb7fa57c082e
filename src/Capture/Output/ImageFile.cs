namespace OpenSegR.Realtime.Capture;

/// <summary>Writes single images so that under their name there is a whole one or none.</summary>
internal static class ImageFile
{
    /// <summary>Makes a folder for images, with those above it.</summary>
    /// <exception cref="InputException">It cannot be made.</exception>
    public static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot make the folder '{folder}': {e.Message}", e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="InputException">It cannot be written: no right to, or the disk is full.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var file = new PartialFile(path);
        file.Create();
        try
        {
            using var stream = new FileStream(file.GrowingPath, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.Write(content);
        }
        catch (IOException e)
        {
            file.Discard();
            throw new InputException($"cannot write '{path}': {e.Message}", e);
        }

        file.Commit();
    }
}
