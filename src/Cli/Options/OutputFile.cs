namespace OpenSegR.Realtime.Cli.Options;

/// <summary>Says before long work that a file cannot be written where it is wanted.</summary>
internal static class OutputFile
{
    /// <summary>Returns the path, or null for none.</summary>
    /// <exception cref="InputException">Its folder is not there, or it is a folder itself.</exception>
    public static string? Checked(string? path)
    {
        if (path is null)
        {
            return null;
        }

        if (path.Length == 0)
        {
            throw new InputException("the name of an output file is empty");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return !Directory.Exists(folder) ? throw new InputException($"cannot write '{path}': there is no folder '{folder}'")
            : Directory.Exists(path) ? throw new InputException($"cannot write '{path}': it is a folder; give a file in it")
            : path;
    }
}
