namespace OpenSegR.Realtime.Tests;

/// <summary>
/// Finds reference data. The full set lies beside the repository in ../shared/golden (or where SEGR_GOLDEN points); the repository itself
/// carries a small subset in tests/fixtures/golden with the same layout.
/// </summary>
internal static class Golden
{
    public static string RepositoryRoot { get; } = FindRoot();

    private static string FullSet => Environment.GetEnvironmentVariable("SEGR_GOLDEN") ?? Path.Combine(RepositoryRoot, "..", "shared", "golden");

    /// <summary>Full path of a golden file; skips the running test, saying why, where neither place has it.</summary>
    public static string Locate(params string[] parts)
    {
        var relative = Path.Combine(parts);
        foreach (var root in new[] { FullSet, Path.Combine(RepositoryRoot, "tests", "fixtures", "golden") })
        {
            var path = Path.GetFullPath(Path.Combine(root, relative));
            if (File.Exists(path) || Directory.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"golden data '{relative}' is absent: put the full set beside the repository as ../shared/golden or set SEGR_GOLDEN");
        return "";
    }

    /// <summary>Full path of a file of ../shared outside golden (clip/, reason/); skips the running test where it is absent.</summary>
    public static string Shared(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine(FullSet, "..", Path.Combine(parts)));
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Assert.Skip($"'{path}' is absent: it belongs to the shared reference data beside the repository");
        }

        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OpenSegR.Realtime.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests must run from inside the repository (its artifacts folder)");
    }
}
