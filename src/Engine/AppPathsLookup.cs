namespace OpenSegR.Realtime;

/// <summary>The rules behind <see cref="AppPaths"/>, with the program's folder and the environment as parameters.</summary>
/// <param name="programFolder">Folder of the running program.</param>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class AppPathsLookup(string programFolder, Func<string, string?> environment)
{
    private const string RepositoryMark = "OpenSegR.Realtime.sln";

    public string ProgramFolder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(programFolder));

    public string? RepositoryFolder { get; } = FindRepository(programFolder);

    public string CacheFolder
    {
        get
        {
            if (environment("SEGR_CACHE") is { Length: > 0 } own)
            {
                return Path.GetFullPath(own);
            }

            // The XDG specification says to ignore a relative path.
            if (environment("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathFullyQualified(xdg))
            {
                return Path.Combine(xdg, "segr");
            }

            var home = environment("HOME") is { Length: > 0 } set
                ? set
                : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return home.Length > 0
                ? Path.Combine(home, ".cache", "segr")
                // A service account without a home still works, only nothing is kept for the next user.
                : Path.Combine(Path.GetTempPath(), $"segr-{Environment.UserName}");
        }
    }

    public string CreateCacheFolder(string name)
    {
        var folder = Path.Combine(CacheFolder, name);
        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegrException($"cannot create the cache folder '{folder}': {e.Message.TrimEnd('.')}; set SEGR_CACHE to a folder that can be written", e);
        }
    }

    /// <summary>A shipped folder, beside the program or in the repository.</summary>
    public string Folder(string name) =>
        Candidates(name, name).FirstOrDefault(Directory.Exists) ?? throw Missing("folder", name, name);

    /// <summary>A shipped data file: data/NAME beside the program, artifacts/data/NAME in the repository.</summary>
    public string DataFile(string name)
    {
        var beside = Path.Combine("data", name);
        var built = Path.Combine("artifacts", "data", name);
        return Candidates(beside, built).FirstOrDefault(File.Exists) ?? throw Missing("file", beside, built);
    }

    private IEnumerable<string> Candidates(string beside, string inRepository)
    {
        yield return Path.Combine(ProgramFolder, beside);
        if (RepositoryFolder is not null)
        {
            yield return Path.Combine(RepositoryFolder, inRepository);
        }
    }

    private SegrException Missing(string kind, string beside, string inRepository) => new(
        $"a {kind} of the program is missing: {string.Join(" or ", Candidates(beside, inRepository))}; "
        + (RepositoryFolder is null ? "install the program again" : "run './segr setup'"));

    private static string? FindRepository(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, RepositoryMark)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
