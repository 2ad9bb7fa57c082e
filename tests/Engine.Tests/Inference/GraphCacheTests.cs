using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class GraphCacheTests
{
    [Fact]
    public void AGraphIsGeneratedOnceForEachSetOfOptions()
    {
        using var scratch = new ScratchFolder();
        var generated = 0;
        byte[] Make()
        {
            generated++;
            return [1, 2, 3];
        }

        Assert.Equal([1, 2, 3], new GraphCache(scratch.Path, "weights").GetOrAdd("what", "a", Make));
        Assert.Equal([1, 2, 3], new GraphCache(scratch.Path, "weights").GetOrAdd("what", "a", Make));
        Assert.Equal(1, generated);
        Assert.Single(scratch.List());
        new GraphCache(scratch.Path, "weights").GetOrAdd("what", "b", Make);
        new GraphCache(scratch.Path, "other weights").GetOrAdd("what", "a", Make);
        Assert.Equal(3, generated);
        Assert.Equal(3, scratch.List().Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(9)]
    public void ADamagedFileIsNotUsed(int length)
    {
        using var scratch = new ScratchFolder();
        var cache = new GraphCache(scratch.Path, "weights");
        cache.GetOrAdd("what", "a", () => [1, 2, 3]);
        File.WriteAllBytes(scratch.File(Assert.Single(scratch.List())), new byte[length]);
        Assert.Equal([1, 2, 3], cache.GetOrAdd("what", "a", () => [1, 2, 3]));
        Assert.Equal([1, 2, 3], cache.GetOrAdd("what", "a", () => throw new InvalidOperationException("the repaired file must be found")));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsNoError()
    {
        using var scratch = new ScratchFolder();
        var cache = new GraphCache(scratch.File("not there"), "weights");
        Assert.Equal([1, 2, 3], cache.GetOrAdd("what", "a", () => [1, 2, 3]));
    }

    [Fact]
    public void OnlyTheGraphsUsedLastStayAndNothingElseIsTouched()
    {
        using var scratch = new ScratchFolder();
        var cache = new GraphCache(scratch.Path, "weights");
        string[] others = ["weights.safetensors", "mine.onnx", "model.json", "segmentor.0123456789abcdef.mine.onnx"];
        foreach (var name in others)
        {
            File.WriteAllText(scratch.File(name), name);
            File.SetLastWriteTimeUtc(scratch.File(name), DateTime.UtcNow.AddDays(-99));
        }

        var abandoned = scratch.File("what.0123456789abcdef.0123456789abcdef.onnx.0123456789abcdef0123456789abcdef.tmp");
        File.WriteAllText(abandoned, "half a graph");
        File.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow.AddDays(-1));
        var oldest = DateTime.UtcNow.AddHours(-2);
        for (var i = 0; i < GraphCache.Kept; i++)
        {
            Add(cache, i);
            File.SetLastWriteTimeUtc(Graphs(scratch).Single(file => Path.GetFileName(file).StartsWith($"what-{i}.", StringComparison.Ordinal)), oldest.AddMinutes(i));
        }

        Add(cache, 0);
        Add(cache, 1000);

        Assert.Equal(GraphCache.Kept, Graphs(scratch).Length);
        Assert.Equal([3], cache.GetOrAdd("what-0", "", () => throw new InvalidOperationException("it was used last and must stay")));
        Assert.Equal([4], cache.GetOrAdd("what-1", "", () => [4]));
        Assert.All(others, name => Assert.Equal(name, File.ReadAllText(scratch.File(name))));
        Assert.False(File.Exists(abandoned));
    }

    [Fact]
    public async Task ProcessesThatTrimAtTheSameTimeDoNotDisturbEachOther()
    {
        using var scratch = new ScratchFolder();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var cache = new GraphCache(scratch.Path, "weights");
            for (var i = 0; i < 2 * GraphCache.Kept; i++)
            {
                Add(cache, (worker * 7) + i);
            }
        })));
        Assert.InRange(Graphs(scratch).Length, 1, GraphCache.Kept + 4);
        Assert.Empty(Directory.GetFiles(scratch.Path, "*.tmp"));
    }

    private static void Add(GraphCache cache, int number) => Assert.Equal([3], cache.GetOrAdd($"what-{number}", "", () => [3]));

    private static string[] Graphs(ScratchFolder scratch) =>
        [.. Directory.GetFiles(scratch.Path, "what-*.onnx")];
}
