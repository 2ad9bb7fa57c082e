namespace OpenSegR.Realtime;

/// <summary>
/// Where results that can be made again are kept between runs: SEGR_CACHE where it is set, else the platform's own place
/// (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%) with a folder segr inside. Deleting it is always safe.
/// </summary>
public static class CacheFolder
{
    /// <summary>Environment variable that names the folder to use instead of the platform's.</summary>
    public const string Variable = "SEGR_CACHE";

    /// <summary>The folder; it may not exist yet.</summary>
    public static string Root
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            {
                return Path.GetFullPath(chosen);
            }

            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var platform = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg
                : Path.Combine(home, ".cache");

            // A service may run with no home; the temporary folder is then the only place that is surely writable.
            return Path.Combine(Path.IsPathRooted(platform) ? platform : Path.GetTempPath(), "segr");
        }
    }

    /// <summary>A folder for one kind of result, e.g. "models"; it may not exist yet.</summary>
    public static string For(string kind) => Path.Combine(Root, kind);
}
