namespace OpenSegR.Realtime.Tests.Paths;

public sealed class AppPathsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("segr-paths-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("/own", "/xdg", "/home/me", "/own")]
    [InlineData(null, "/xdg", "/home/me", "/xdg/segr")]
    [InlineData("", "", "/home/me", "/home/me/.cache/segr")]
    [InlineData(null, "relative/is/ignored", "/home/me", "/home/me/.cache/segr")]
    public void CacheFolderFollowsTheEnvironment(string? own, string? xdg, string? home, string expected)
    {
        var lookup = Lookup(_root, ("SEGR_CACHE", own), ("XDG_CACHE_HOME", xdg), ("HOME", home));
        Assert.Equal(expected, lookup.CacheFolder);
    }

    [Fact]
    public void RelativeOwnCacheBecomesAbsolute()
    {
        Assert.Equal(Path.GetFullPath("here"), Lookup(_root, ("SEGR_CACHE", "here")).CacheFolder);
    }

    [Fact]
    public void CacheFolderIsMadeOnDemand()
    {
        var lookup = Lookup(_root, ("SEGR_CACHE", Path.Combine(_root, "cache")));
        Assert.False(Directory.Exists(lookup.CacheFolder));
        var folder = lookup.CreateCacheFolder("embeddings");
        Assert.Equal(Path.Combine(_root, "cache", "embeddings"), folder);
        Assert.True(Directory.Exists(folder));
        Assert.Equal(folder, lookup.CreateCacheFolder("embeddings"));
    }

    [Fact]
    public void ACacheThatCannotBeMadeIsNamed()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<SegrException>(() => Lookup(_root, ("SEGR_CACHE", file)).CreateCacheFolder("x"));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("SEGR_CACHE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesBesideTheProgramComeFirstThenTheRepository()
    {
        var program = Directory.CreateDirectory(Path.Combine(_root, "artifacts", "bin", "Cli", "release")).FullName;
        var installed = Lookup(program);
        Assert.Null(installed.RepositoryFolder);
        var missing = Assert.Throws<SegrException>(() => installed.Folder("shaders"));
        Assert.Contains(Path.Combine(program, "shaders"), missing.Message, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(_root, "OpenSegR.Realtime.sln"), "");
        var lookup = Lookup(program);
        Assert.Equal(_root, lookup.RepositoryFolder);
        Assert.Contains("./segr setup", Assert.Throws<SegrException>(() => lookup.DataFile("a.txt")).Message, StringComparison.Ordinal);

        Write(Path.Combine(_root, "artifacts", "data", "a.txt"));
        Assert.Equal(Path.Combine(_root, "artifacts", "data", "a.txt"), lookup.DataFile("a.txt"));
        Write(Path.Combine(program, "data", "a.txt"));
        Assert.Equal(Path.Combine(program, "data", "a.txt"), lookup.DataFile("a.txt"));

        Directory.CreateDirectory(Path.Combine(_root, "shaders"));
        Assert.Equal(Path.Combine(_root, "shaders"), lookup.Folder("shaders"));
        Directory.CreateDirectory(Path.Combine(program, "shaders"));
        Assert.Equal(Path.Combine(program, "shaders"), lookup.Folder("shaders"));
    }

    [Fact]
    public void TheMergesOfThisBuildAreFound()
    {
        var lines = File.ReadAllLines(AppPaths.ClipMerges);
        Assert.Equal("#version: 0.2", lines[0]);
        Assert.Equal(48894, lines.Length - 1);
        Assert.Equal("i n", lines[1]);
        Assert.Equal("jeky ll</w>", lines[^1]);
    }

    private static AppPathsLookup Lookup(string program, params (string Name, string? Value)[] environment) =>
        new(program, name => environment.FirstOrDefault(pair => pair.Name == name).Value);

    private static void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
