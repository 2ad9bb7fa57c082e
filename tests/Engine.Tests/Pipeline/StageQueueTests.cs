using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class StageQueueTests
{
    [Fact]
    public void Items_come_out_in_order_and_a_closed_queue_is_emptied_first()
    {
        using var queue = new StageQueue<int>("q", 3);
        Assert.True(queue.Write(1));
        Assert.True(queue.TryWrite(2));
        queue.Close();
        Assert.False(queue.Write(3));
        Assert.False(queue.TryWrite(3));
        Assert.Equal((QueueRead.Item, 1), (queue.Read(out var item), item));
        Assert.Equal((QueueRead.Item, 2), (queue.Read(out item), item));
        Assert.Equal(QueueRead.Closed, queue.Read(out _));
        Assert.Equal(QueueRead.Closed, queue.Read(out _));
        Assert.False(queue.TryRead(out _));
    }

    [Fact]
    public void A_full_queue_makes_the_writer_wait_or_drops_the_oldest()
    {
        using var waiting = new StageQueue<int>("q", 1);
        Assert.True(waiting.TryWrite(1));
        Assert.False(waiting.TryWrite(2));

        var dropped = new List<int>();
        using var dropping = new StageQueue<int>("q", 2, dropped.Add);
        for (var n = 0; n < 5; n++)
        {
            Assert.True(dropping.Write(n));
        }

        Assert.Equal([0, 1, 2], dropped);
        Assert.Equal((QueueRead.Item, 3), (dropping.Read(out var item), item));
        Assert.Equal(new QueueReport("q", 2, 1, 2), dropping.Report());
    }

    [Fact]
    public void A_read_that_timed_out_loses_nothing()
    {
        using var queue = new StageQueue<string>("q", 1);
        Assert.Equal(QueueRead.TimedOut, queue.Read(out _, timeoutMs: 1));
        Assert.False(queue.TryRead(out _));
        Assert.True(queue.Write("late"));
        Assert.True(queue.TryRead(out var item));
        Assert.Equal("late", item);
        Assert.Equal(QueueRead.TimedOut, queue.Read(out _, timeoutMs: 0));
        queue.Close();
        Assert.Equal(QueueRead.Closed, queue.Read(out _, timeoutMs: 0));
    }

    [Fact]
    public async Task Closing_wakes_a_waiting_reader_and_a_waiting_writer()
    {
        using var empty = new StageQueue<int>("q", 1);
        using var full = new StageQueue<int>("q", 1);
        full.Write(1);
        var reading = Task.Factory.StartNew(() => empty.Read(out _), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var writing = Task.Factory.StartNew(() => full.Write(2), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        empty.Close();
        full.Close();
        Assert.Equal(QueueRead.Closed, await reading.WaitAsync(PipelineRun.Limit));
        // Whoever came first, the item was refused; it never lands in a closed queue.
        Assert.False(await writing.WaitAsync(PipelineRun.Limit));
        Assert.Equal((QueueRead.Item, 1), (full.Read(out var item), item));
        Assert.Equal(QueueRead.Closed, full.Read(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Two_threads_pass_everything_on_in_order(int capacity)
    {
        const int Count = 20_000;
        using var queue = new StageQueue<int>("q", capacity);
        var writer = new Thread(() =>
        {
            for (var n = 0; n < Count; n++)
            {
                queue.Write(n);
            }

            queue.Close();
        })
        { IsBackground = true };
        writer.Start();
        var expected = 0;
        while (queue.Read(out var item) == QueueRead.Item)
        {
            Assert.Equal(expected++, item);
        }

        writer.Join();
        Assert.Equal(Count, expected);
    }
}
