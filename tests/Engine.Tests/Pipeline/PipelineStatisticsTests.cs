using System.Diagnostics.Metrics;
using System.Text.Json;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Pipeline;

public sealed class PipelineStatisticsTests
{
    [Fact]
    public void The_report_counts_every_stage_and_class()
    {
        var report = PipelineRun.Run(new FakeSource(90), new FakeSegmentor(), new RecordingSink());

        foreach (var stage in new[] { "source", "preprocess", "inference", "postprocess", "sink", "end_to_end", "mask_age" })
        {
            Assert.Equal(90, report.Latency[stage].Count);
            Assert.True(report.Latency[stage].P50Ms <= report.Latency[stage].P95Ms);
            Assert.True(report.Latency[stage].P95Ms <= report.Latency[stage].P99Ms);
        }

        Assert.True(report.Latency["end_to_end"].P50Ms >= report.Latency["inference"].P50Ms);
        Assert.Equal(["preprocess", "inference", "postprocess", "sink"], report.Queues.Select(q => q.Name));
        Assert.All(report.Queues, q => Assert.Equal((1, 0), (q.Capacity, q.Depth)));
        Assert.Equal(report.FramesOut / report.Seconds, report.FpsOut, 6);
        Assert.Equal(["a", "b", "c"], report.Classes.Select(c => c.Name));
        Assert.All(report.Classes, c => Assert.Equal((1 / 3.0, 30L), (c.Share, c.Frames)));
    }

    [Fact]
    public void Coverage_goes_on_by_name_when_the_vocabulary_changes()
    {
        var segmentor = new FakeSegmentor { Classifier = FakeSegmentor.ClassifierOf("a", "b") };
        segmentor.OnPreprocess = n =>
        {
            if (n == 20)
            {
                segmentor.Classifier = FakeSegmentor.ClassifierOf("b", "c");
            }
        };
        var report = PipelineRun.Run(new FakeSource(40), segmentor, new RecordingSink(), new() { FramesInFlight = 1 });
        Assert.Equal([("b", 0.5), ("a", 0.25), ("c", 0.25)], report.Classes.Select(c => (c.Name, c.Share)));
    }

    [Fact]
    public void The_json_has_the_documented_names()
    {
        var report = PipelineRun.Run(new FakeSource(10), new FakeSegmentor(), new RecordingSink());
        var root = JsonDocument.Parse(report.ToJson()).RootElement;

        Assert.Equal("Completed", root.GetProperty("outcome").GetString());
        Assert.Equal(10, root.GetProperty("frames_in").GetInt64());
        Assert.Equal(10, root.GetProperty("frames_out").GetInt64());
        Assert.Equal(0, root.GetProperty("drops").GetProperty("sink").GetInt64());
        Assert.True(root.GetProperty("latency").GetProperty("end_to_end").GetProperty("p95_ms").GetDouble() >= 0);
        Assert.True(root.GetProperty("fps_out").GetDouble() > 0);
        Assert.Equal(1, root.GetProperty("queues")[0].GetProperty("capacity").GetInt32());
        Assert.Equal("a", root.GetProperty("classes")[0].GetProperty("name").GetString());
        Assert.False(root.TryGetProperty("failed_stage", out _));
    }

    [Fact]
    public void The_table_shows_frames_rates_and_percentiles()
    {
        var table = PipelineRun.Run(new FakeSource(10), new FakeSegmentor(), new RecordingSink()).ToTable();
        Assert.Contains("in 10  out 10  dropped 0", table, StringComparison.Ordinal);
        Assert.Contains("p99", table, StringComparison.Ordinal);
        Assert.Contains("end to end", table, StringComparison.Ordinal);
        Assert.DoesNotContain("drops", table, StringComparison.Ordinal);
    }

    [Fact]
    public void The_meter_publishes_the_same_counts()
    {
        var counts = new Dictionary<string, double>();
        using var listener = new MeterListener();
        Meter? mine = null;
        listener.InstrumentPublished = (instrument, l) =>
        {
            // Other tests have pipelines of their own; this one's are made on this thread, between the two lines below.
            if (instrument.Meter.Name == PipelineStatistics.MeterName && t_isMine)
            {
                mine = instrument.Meter;
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Add(Instrument instrument, double value)
        {
            lock (counts)
            {
                counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + value;
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Add(instrument, 1));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        t_isMine = true;
        using var pipeline = new SegmentationPipeline(new FakeSource(25), new FakeSegmentor(), new RecordingSink(), new() { InferEvery = 2 });
        t_isMine = false;
        listener.RecordObservableInstruments();
        PipelineRun.Bounded(pipeline);

        Assert.NotNull(mine);
        Assert.Equal(25, counts["segr.frames.in"]);
        Assert.Equal(25, counts["segr.frames.out"]);
        Assert.Equal(13, counts["segr.masks.computed"]);
        Assert.Equal(12, counts["segr.masks.reused"]);
        Assert.Equal(25, counts["segr.frame.latency"]);
        Assert.Equal(25 + 13 + 13 + 13 + 25, counts["segr.stage.duration"]);
        Assert.Equal(0, counts["segr.queue.depth"]);
    }

    [Fact]
    public void Saving_writes_the_whole_file_or_names_the_one_it_cannot_write()
    {
        var report = PipelineRun.Run(new FakeSource(3), new FakeSegmentor(), new RecordingSink());
        var folder = Directory.CreateTempSubdirectory("segr-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "stats.json");
            report.Save(path);
            Assert.Equal([path], Directory.GetFiles(folder));
            Assert.Equal(3, JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("frames_out").GetInt64());

            var missing = Path.Combine(folder, "missing", "stats.json");
            Assert.Contains(missing, Assert.Throws<InputException>(() => report.Save(missing)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [ThreadStatic]
    private static bool t_isMine;
}
