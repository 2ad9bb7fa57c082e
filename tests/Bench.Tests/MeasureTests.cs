using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Bench;

public sealed class MeasureTests
{
    [Fact]
    public void A_spread_has_median_and_range()
    {
        Assert.Equal(new Spread(3, 1, 9), Spread.Of([9, 1, 3]));
        Assert.Equal(new Spread(2.5, 1, 4), Spread.Of([4, 2, 3, 1]));
        Assert.Null(Spread.Of([]));
        Assert.Equal(4 / 3.0, new Spread(3, 1, 9).Relative, 9);
    }

    [Fact]
    public void Percentiles_are_nearest_ranks()
    {
        var summary = Percentiles.Of([.. Enumerable.Range(1, 200).Select(i => (double)i)]);
        Assert.Equal((200, 100.5, 100.5, 190.0, 198.0, 200.0), (summary.Count, summary.MeanMs, summary.P50Ms, summary.P95Ms, summary.P99Ms, summary.MaxMs));
        Assert.Equal(7, Percentiles.Of([7]).P99Ms);
    }

    [Fact]
    public void The_matrix_has_every_combination_once()
    {
        var cases = BenchPlan.Matrix(["m"], ["cpu", "cuda"], ["fp32", "int8"], [null, "64x64"], ["semantic", "panoptic", "instance"], [null, 2]);
        Assert.Equal(48, cases.Select(c => c.Name).Distinct().Count());
        Assert.Equal(2, cases.Select(c => c.Group).Distinct().Count());
        Assert.Equal("m cpu fp32 own-size semantic", cases[0].Name);
        Assert.Equal("m cpu fp32 own-size semantic 2-at-once", cases[1].Name);
    }

    [Fact]
    public void Frames_in_memory_go_to_and_fro_and_end_at_the_limit()
    {
        var pool = new FramePool();
        List<Frame> frames = [];
        for (byte i = 0; i < 3; i++)
        {
            frames.Add(pool.Rent(new FrameFormat(8, 4)));
            frames[i].Pixels.Fill(i);
        }

        using var source = new MemorySource(frames, 7);
        List<byte> seen = [];
        while (source.Read(pool, out var frame, CancellationToken.None) == FrameRead.Frame)
        {
            Assert.Equal(seen.Count, frame!.Index);
            seen.Add(frame.Pixels[5]);
            frame.Dispose();
        }

        Assert.Equal([0, 1, 2, 1, 0, 1, 2], seen);
    }

    [Fact]
    public void A_worker_says_why_it_cannot_work()
    {
        var answers = new StringWriter();
        BenchWorker.Serve(new StringReader("""{"case":{"model":"no-such-model","provider":"cpu","precision":"fp32","mode":"semantic"},"setup":{"input":"synthetic:1:64x32:1"}}"""), answers);
        Assert.Contains("no-such-model", answers.ToString(), StringComparison.Ordinal);
        answers = new StringWriter();
        BenchWorker.Serve(new StringReader("nonsense"), answers);
        Assert.Contains("\"error\":", answers.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""  "frames_at_once":3""", false, 3)]
    [InlineData("""  "frames_at_once":1""", true, 1)]
    [InlineData(null, true, 1)]
    public void A_worker_takes_as_many_frames_at_once_as_it_is_told(string? atOnce, bool isLive, int expected)
    {
        var job = """{"case":{"model":"demo","provider":"cpu","precision":"fp32","size":"64x32","mode":"semantic"AT_ONCE},"setup":{"input":"synthetic:1:64x32:4","live":LIVE,"vocabulary":"ball; sky","warm_up":1}}"""
            .Replace("AT_ONCE", atOnce is null ? "" : "," + atOnce, StringComparison.Ordinal).Replace("LIVE", isLive ? "true" : "false", StringComparison.Ordinal);
        var answers = new StringWriter();
        BenchWorker.Serve(new StringReader(job + "\n" + """{"do":"run","frames":4,"seconds":100}"""), answers);
        using var reply = System.Text.Json.JsonDocument.Parse(answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1]);
        Assert.Equal(expected, reply.RootElement.GetProperty("frames_at_once").GetInt32());
    }

    [Fact]
    public void Live_frames_are_taken_one_at_a_time()
    {
        var answers = new StringWriter();
        BenchWorker.Serve(
            new StringReader("""{"case":{"model":"demo","provider":"cpu","precision":"fp32","size":"64x32","mode":"semantic","frames_at_once":2},"setup":{"input":"synthetic:1:64x32:4","live":true,"vocabulary":"ball; sky"}}"""), answers);
        Assert.Contains("--frames-at-once: not with live frames", answers.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_worker_measures_the_shipped_model()
    {
        var commands = """
            {"case":{"model":"demo","provider":"cpu","precision":"fp32","size":"96x64","mode":"panoptic"},"setup":{"input":"synthetic:1:96x64:4","vocabulary":"ball; sky","sink":"composite","warm_up":1}}
            {"do":"run","frames":5,"seconds":100}
            """;
        var answers = new StringWriter();
        BenchWorker.Serve(new StringReader(commands), answers);
        var lines = answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains("network 96x64", lines[0], StringComparison.Ordinal);
        using var reply = System.Text.Json.JsonDocument.Parse(lines[1]);
        Assert.Equal(5, reply.RootElement.GetProperty("frames").GetInt64());
        Assert.Equal(5, reply.RootElement.GetProperty("network_ms").GetArrayLength());
        foreach (var stage in new[] { "source", "preprocess", "inference", "postprocess", "sink", "end_to_end" })
        {
            Assert.True(reply.RootElement.GetProperty("latency").GetProperty(stage).GetProperty("p50_ms").GetDouble() >= 0, stage);
        }

        // A small model: as many as there are processors, up to four.
        Assert.Equal(Math.Clamp(Environment.ProcessorCount, 1, 4), reply.RootElement.GetProperty("frames_at_once").GetInt32());
        Assert.True(reply.RootElement.GetProperty("fps").GetDouble() > 0);
        Assert.True(reply.RootElement.GetProperty("first_frame_ms").GetDouble() > 0);
        Assert.True(reply.RootElement.GetProperty("rss_mb").GetDouble() > 10);
    }
}
