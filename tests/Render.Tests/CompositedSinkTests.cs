using System.Diagnostics;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests;

public sealed class CompositedSinkTests
{
    private static readonly FrameSourceInfo Source = new("test", new FrameFormat(16, 9), 25, null, false);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Every_picture_reaches_the_output_in_order(int latency)
    {
        var output = new Output();
        using (var sink = new CompositedSink(new LateCompositor(latency), output))
        {
            sink.Open(Source);
            Write(sink, Enumerable.Range(0, 5).Select(i => (i, Source.Format)));
            Assert.Equal(5 - latency, output.Indices.Count);
            sink.Complete();
        }

        Assert.Equal(["open 16x9 Bgr24 25", "complete", "dispose"], output.Calls);
        Assert.Equal([0, 1, 2, 3, 4], output.Indices);
    }

    [Fact]
    public void An_interrupted_run_keeps_what_was_drawn()
    {
        var output = new Output();
        using (var sink = new CompositedSink(new LateCompositor(2), output))
        {
            sink.Open(Source);
            Write(sink, Enumerable.Range(0, 3).Select(i => (i, Source.Format)));
        }

        Assert.Equal([0, 1, 2], output.Indices);
        Assert.Equal(["open 16x9 Bgr24 25", "dispose"], output.Calls);
    }

    [Fact]
    public void A_source_may_change_its_size()
    {
        var output = new Output();
        using var sink = new CompositedSink(new LateCompositor(1), output);
        sink.Open(Source);
        Write(sink, [(0, Source.Format), (1, Source.Format), (2, new FrameFormat(8, 8)), (3, new FrameFormat(8, 8))]);
        sink.Complete();
        Assert.Equal([0, 1, 2, 3], output.Indices);
        Assert.Equal([16, 16, 8, 8], output.Widths);
    }

    [Fact]
    public void A_new_style_holds_from_the_next_frame_on()
    {
        var compositor = new LateCompositor(0);
        using var sink = new CompositedSink(compositor, new Output());
        sink.Open(Source);
        Write(sink, [(0, Source.Format)]);
        var style = OverlayStyle.Default with { Opacity = 0.9f };
        sink.Style = style;
        Write(sink, [(1, Source.Format)]);
        Assert.Equal([OverlayStyle.Default, style], compositor.Styles);
        Assert.Throws<ArgumentNullException>(() => sink.Style = null!);
    }

    [Fact]
    public void The_meter_counts_frames_and_drops_and_is_readable()
    {
        var second = Stopwatch.Frequency;
        var meter = new HudMeter("model", "CPU");
        using var frame = new FramePool().Rent(Source.Format);
        using var masks = new SegmentationResultPool().Rent();
        HudContent? content = null;
        var shown = new HashSet<double>();
        for (var i = 0; i < 100; i++)
        {
            // 20 frames a second; the tenth frame is missing.
            frame.Index = i < 10 ? i : i + 1;
            var now = second + (i * second / 20);
            frame.Times.Captured = now - (second / 10);
            (frame.Times.InferenceStart, frame.Times.InferenceEnd) = (now - (second / 20), now - (second / 40));
            content = meter.Measure(frame, masks, now);
            shown.Add(content.FramesPerSecond);
        }

        Assert.Equal(20, content!.FramesPerSecond, 0.5);
        Assert.Equal(100, content.LatencyMs, 1.0);
        Assert.Equal(25, content.InferenceMs, 1.0);
        Assert.Equal(1, content.DroppedFrames);
        Assert.Equal(("model", "CPU"), (content.Title, content.Provider));
        Assert.True(shown.Count < 30);

        // After a pause, what was not shown was not dropped.
        meter.Restart();
        frame.Index = 500;
        Assert.Equal(1, meter.Measure(frame, masks, 100 * second).DroppedFrames);
    }

    [Fact]
    public void The_meter_tells_how_often_masks_come_and_how_old_they_are()
    {
        var second = Stopwatch.Frequency;
        var meter = new HudMeter();
        using var frame = new FramePool().Rent(Source.Format);
        using var masks = new SegmentationResultPool().Rent();
        HudContent? content = null;
        for (var i = 0; i < 200; i++)
        {
            // 40 frames a second, every eighth has masks of its own that come 3 frames late.
            (frame.Index, frame.TimestampUs) = (i, i * 25_000L);
            masks.FrameIndex = Math.Max(0, i - 3) / 8 * 8;
            masks.TimestampUs = masks.FrameIndex * 25_000;
            masks.IsReused = true;
            content = meter.Measure(frame, masks, second + (i * second / 40));
        }

        Assert.Equal(5, content!.MasksPerSecond, 0.3);
        Assert.InRange(content.MaskLagMs, 75, 250);
        Assert.True(content.MasksReused);
    }

    private static void Write(CompositedSink sink, IEnumerable<(int Index, FrameFormat Format)> frames)
    {
        var pool = new FramePool();
        foreach (var (index, format) in frames)
        {
            using var frame = pool.Rent(format);
            using var masks = new SegmentationResultPool().Rent();
            frame.Index = index;
            sink.Write(frame, masks);
        }
    }

    private sealed class Output : IFrameSink
    {
        public List<string> Calls { get; } = [];

        public List<long> Indices { get; } = [];

        public List<int> Widths { get; } = [];

        public void Open(FrameFormat format, double framesPerSecond) => Calls.Add($"open {format} {framesPerSecond}");

        public void Write(Frame frame)
        {
            Indices.Add(frame.Index);
            Widths.Add(frame.Width);
        }

        public void Complete() => Calls.Add("complete");

        public void Dispose() => Calls.Add("dispose");
    }

    private sealed class LateCompositor(int latency) : ICompositor
    {
        private readonly Queue<(long Index, FrameFormat Format)> _waiting = new();

        public List<OverlayStyle> Styles { get; } = [];

        public string Name => "late";

        public int Latency => latency;

        public bool Compose(Frame frame, SegmentationResult? masks, OverlayStyle style, HudContent? hud, Frame target)
        {
            Styles.Add(style);
            _waiting.Enqueue((frame.Index, frame.Format));
            return _waiting.Count > latency && Drain(target);
        }

        public bool Drain(Frame target)
        {
            if (!_waiting.TryDequeue(out var next))
            {
                return false;
            }

            Assert.Equal(next.Format, target.Format);
            target.Index = next.Index;
            return true;
        }

        public void Dispose()
        {
        }
    }
}
