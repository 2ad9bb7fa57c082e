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
}
