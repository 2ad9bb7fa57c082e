using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class EngineCacheTests
{
    [Fact]
    public void TheFolderDependsOnTheNetworkAndOnTheMachine()
    {
        using var scratch = new ScratchFolder();
        string Folder(byte content, string machine)
        {
            using var cache = EngineCache.Open(scratch.Path, [content], machine);
            return cache.Folder!;
        }

        Assert.Equal(Folder(1, "a"), Folder(1, "a"));
        Assert.NotEqual(Folder(1, "a"), Folder(2, "a"));
        Assert.NotEqual(Folder(1, "a"), Folder(1, "b"));
        Assert.True(Directory.Exists(Folder(1, "a")));
    }

    [Fact]
    public async Task ASecondOneWaitsUntilTheFirstIsDone()
    {
        using var scratch = new ScratchFolder();
        var waiting = new TaskCompletionSource();
        var first = EngineCache.Open(scratch.Path, [1], "a");
        var second = Task.Run(() => EngineCache.Open(scratch.Path, [1], "a", waiting.SetResult), TestContext.Current.CancellationToken);
        await waiting.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        first.Dispose();
        using var cache = await second.WaitAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(cache.Folder);
    }

    [Fact]
    public void ClearingLeavesTheFolderUsable()
    {
        using var scratch = new ScratchFolder();
        using var cache = EngineCache.Open(scratch.Path, [1], "a");
        File.WriteAllText(Path.Combine(cache.Folder!, "torn.engine"), "x");
        cache.Clear();
        Assert.Equal("lock", Path.GetFileName(Assert.Single(Directory.GetFiles(cache.Folder!))));
    }

    [Fact]
    public void WithoutAWritableFolderThereIsNoCache()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("file"), "");
        using var cache = EngineCache.Open(scratch.File("file"), [1], "a");
        Assert.Null(cache.Folder);
        cache.Clear();
        using var none = EngineCache.Open(null, [1], "a");
        Assert.Null(none.Folder);
    }
}
