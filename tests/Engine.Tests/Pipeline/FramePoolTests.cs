using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class FramePoolTests
{
    [Fact]
    public void A_frame_that_came_back_is_handed_out_again_without_its_past()
    {
        var pool = new FramePool(2);
        var first = pool.Rent(FakeSource.Small);
        (first.Index, first.Name) = (7, "x");
        first.Times.Captured = 5;
        first.Dispose();
        first.Dispose();
        Assert.Equal(0, pool.InUse);
        Assert.Throws<ObjectDisposedException>(() => first.Pixels.Length);

        using var second = pool.Rent(FakeSource.Small);
        Assert.Same(first, second);
        Assert.Equal((0L, null, 0L), (second.Index, second.Name, second.Times.Captured));
        Assert.Equal((1, 1L), (pool.InUse, pool.Created));
    }

    [Fact]
    public void Formats_are_kept_apart_and_old_ones_do_not_pile_up()
    {
        var pool = new FramePool(2);
        for (var side = 1; side <= 50; side++)
        {
            using var frame = pool.Rent(new FrameFormat(side, side));
            Assert.Equal(side * side * 3, frame.Pixels.Length);
        }

        Assert.Equal(50, pool.Created);
        using (pool.Rent(new FrameFormat(50, 50)))
        {
            Assert.Equal(50, pool.Created);
        }

        using (pool.Rent(new FrameFormat(1, 1)))
        {
            Assert.Equal(51, pool.Created);
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, -1)]
    [InlineData(16385, 5)]
    public void A_size_out_of_range_is_the_inputs_fault(int width, int height) =>
        Assert.Throws<InputException>(() => new FramePool().Rent(new FrameFormat(width, height)));

    [Fact]
    public void Many_threads_share_a_pool()
    {
        var pool = new FramePool(4);
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, n =>
        {
            using var frame = pool.Rent(FakeSource.Small);
            frame.Pixels.Fill((byte)n);
            Assert.Equal((byte)n, frame.Pixels[5]);
        });
        Assert.Equal(0, pool.InUse);
        Assert.InRange(pool.Created, 1, 4);
    }
}
