using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class EngineCacheTests
{
    private static readonly TimeSpan Ever = TimeSpan.FromDays(1);

    [Fact]
    public void TheFolderDependsOnTheNetworkItsWeightsAndTheMachine()
    {
        using var scratch = new ScratchFolder();
        string Folder(byte content, string weights, string machine)
        {
            using var cache = EngineCache.Open(scratch.Path, [content], weights, machine, Ever);
            return cache.Folder!;
        }

        Assert.Equal(Folder(1, "w", "a"), Folder(1, "w", "a"));
        Assert.NotEqual(Folder(1, "w", "a"), Folder(2, "w", "a"));
        Assert.NotEqual(Folder(1, "w", "a"), Folder(1, "w", "b"));
        Assert.NotEqual(Folder(1, "w", "a"), Folder(1, "v", "a"));
        Assert.True(Directory.Exists(Folder(1, "w", "a")));
    }

    [Fact]
    public async Task ASecondOneWaitsUntilTheFirstIsDone()
    {
        using var scratch = new ScratchFolder();
        var waiting = new TaskCompletionSource();
        var first = EngineCache.Open(scratch.Path, [1], "w", "a", Ever);
        var second = Task.Run(() => EngineCache.Open(scratch.Path, [1], "w", "a", Ever, waiting.SetResult), TestContext.Current.CancellationToken);
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
        using var cache = EngineCache.Open(scratch.Path, [1], "w", "a", Ever);
        File.WriteAllText(Path.Combine(cache.Folder!, "torn.engine"), "x");
        cache.Clear();
        Assert.Equal("lock", Path.GetFileName(Assert.Single(Directory.GetFiles(cache.Folder!))));
    }

    [Fact]
    public void WithoutAWritableFolderThereIsNoCache()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("file"), "");
        using var cache = EngineCache.Open(scratch.File("file"), [1], "w", "a", Ever);
        Assert.Null(cache.Folder);
        cache.Clear();
        using var none = EngineCache.Open(null, [1], "w", "a", Ever);
        Assert.Null(none.Folder);
    }

    [Fact]
    public void AnEngineThatCannotBeLoadedIsBuiltAnewOnce()
    {
        using var scratch = new ScratchFolder();
        using var cache = EngineCache.Open(scratch.Path, [1], "w", "a", Ever);
        var path = Path.Combine(cache.Folder!, "torn.engine");
        File.WriteAllText(path, "torn");
        List<string> notices = [];
        var tries = 0;
        var engine = cache.Use(
            folder =>
            {
                tries++;
                return File.Exists(path) ? throw new ModelException("it is torn") : folder;
            },
            notices.Add);
        Assert.Equal((cache.Folder, 2), (engine, tries));
        Assert.Equal("the TensorRT engine in the cache cannot be used, building it anew: it is torn", Assert.Single(notices));
    }

    [Fact]
    public void WithoutAnEngineInTheCacheAFailureIsTheModelsOwn()
    {
        using var scratch = new ScratchFolder();
        using var cache = EngineCache.Open(scratch.Path, [1], "w", "a", Ever);
        var tries = 0;
        Assert.Throws<ModelException>(() => cache.Use<int>(_ => throw new ModelException($"try {++tries}"), _ => { }));
        Assert.Equal(1, tries);
    }

    [Fact]
    public void AWaitForAnotherProcessCanBeCancelled()
    {
        using var scratch = new ScratchFolder();
        using var first = EngineCache.Open(scratch.Path, [1], "w", "a", Ever);
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => EngineCache.Open(scratch.Path, [1], "w", "a", Ever, cancellation.Cancel, cancellation.Token));
    }

    [Fact]
    public void AWaitForAnotherProcessEnds()
    {
        using var scratch = new ScratchFolder();
        using var first = EngineCache.Open(scratch.Path, [1], "w", "a", Ever);
        var error = Assert.Throws<SegrException>(() => EngineCache.Open(scratch.Path, [1], "w", "a", TimeSpan.Zero));
        Assert.Equal("another process was not done with the same engine within 0 minutes (--engine-timeout)", error.Message);
    }
}
