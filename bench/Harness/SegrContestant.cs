using System.Diagnostics;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// A case of ours. A repetition has two parts: the pipeline at full load, which gives rates, processor time and allocations; and one frame
/// at a time, which gives the latencies of the stages undisturbed. A live source has only the first.
/// </summary>
internal sealed class SegrContestant : IContestant
{
    private readonly BenchSetup _setup;
    private readonly BenchFrames _frames;
    private readonly SegmentationModel _model;
    private readonly Segmentor _segmentor;
    private double? _firstFrameMs;

    public SegrContestant(BenchCase wanted, BenchSetup setup)
    {
        _setup = setup;
        var drawing = Stopwatch.GetTimestamp();
        _frames = new BenchFrames(setup);
        var drawingMs = Stopwatch.GetElapsedTime(drawing).TotalMilliseconds;
        _model = SegmentationModel.Open(wanted.Model, SettingsOf(wanted, setup), Console.Error.WriteLine);
        var classifier = _model.Embed(WordsOf(setup, _model));
        _segmentor = _model.CreateSegmentor(classifier, OptionsOf(wanted, _model) with { FramesAtOnce = FramesAtOnceOf(wanted, _frames.IsLive) });
        var first = _frames.First;
        using var result = new SegmentationResultPool().Rent();
        for (var i = 0; i < Math.Max(1, setup.WarmUp); i++)
        {
            _segmentor.Segment(first, result);
            // Drawing scenes is this harness's business, not the engine's.
            _firstFrameMs ??= ProcessUsage.MsSinceStart - drawingMs;
        }

        if (_segmentor.FramesAtOnce > 1)
        {
            // What is side by side with the first has not run yet.
            using var pipeline = new SegmentationPipeline(_frames.Open(2 * _segmentor.FramesAtOnce), _segmentor, new NullSink());
            pipeline.Run();
        }

        Description = Describe(wanted, _model, _segmentor, first);
    }

    public string Description { get; }

    public WorkerReply Run(int frames, double seconds)
    {
        var cpu = ProcessUsage.CpuMs;
        PipelineReport report;
        using (var pipeline = new SegmentationPipeline(
            new LimitedSource(_frames.Open(frames), seconds), _segmentor, Sink(), new PipelineOptions { MaxFrames = frames }))
        {
            report = pipeline.Run();
        }

        cpu = ProcessUsage.CpuMs - cpu;
        var stages = report.Latency;
        List<double> network = [];
        if (report.Sync == SyncMode.Exact)
        {
            stages = OneAtATime(frames, seconds, network);
        }

        var (now, peak) = ProcessUsage.Memory();
        var reply = new WorkerReply
        {
            FramesAtOnce = _segmentor.FramesAtOnce,
            Fps = report.FpsOut,
            MaskFps = report.FpsInferred,
            Frames = report.FramesOut,
            Dropped = report.FramesDropped,
            Latency = stages.Where(stage => stage.Value.Count > 0).ToDictionary(),
            NetworkMs = network.Count > 0 ? network : report.Latency["inference"].Count > 0 ? [report.Latency["inference"].P50Ms] : [],
            CpuMs = cpu / Math.Max(1, report.FramesOut),
            RssMb = now,
            PeakRssMb = peak,
            // The pipeline counts from its 33rd frame on.
            AllocatedBytes = report.FramesOut > 64 ? report.AllocatedBytesPerFrame : null,
            Gen2Collections = report.Gen2Collections,
            FirstFrameMs = _firstFrameMs,
        };
        _firstFrameMs = null;
        return reply;
    }

    public void WriteInputs(string path)
    {
        using var slot = _segmentor.CreateSlot();
        _segmentor.Preprocess(_frames.First, slot);
        var image = _segmentor.InputOf(slot, out var geometry);
        var classifier = _segmentor.Classifier;
        if (classifier.ReasonCount != 1)
        {
            throw new InputException("peers know no reasoning: benchmark without it");
        }

        // Rows in the order of the classes, as the reference wants them.
        var order = classifier.Groups.SelectMany(group => group).ToArray();
        var rows = new float[order.Length * classifier.Dimension];
        for (var i = 0; i < order.Length; i++)
        {
            classifier.Embeddings.AsSpan(order[i] * classifier.Dimension, classifier.Dimension).CopyTo(rows.AsSpan(i * classifier.Dimension));
        }

        SafetensorsWriter.Save(path,
        [
            NamedTensor.From("image", image.ToArray(), 1, 3, geometry.PaddedHeight, geometry.PaddedWidth),
            NamedTensor.From("text_classifier", rows, order.Length, classifier.Dimension),
            NamedTensor.From("num_templates", classifier.Groups.Select(group => (long)group.Length).ToArray(), classifier.Groups.Count),
        ]);
    }

    public void WriteOutputs(string path)
    {
        using var slot = _segmentor.CreateSlot();
        _segmentor.Preprocess(_frames.First, slot);
        _segmentor.Infer(slot);
        var output = _segmentor.OutputOf(slot);
        if (output.Queries == 0)
        {
            throw new InputException("agreement is measured on mask and class logits, which SED models do not have");
        }

        var classes = output.Classifier.ClassIndex.Length + 1;
        SafetensorsWriter.Save(path,
        [
            NamedTensor.From("mask_logits", output.MaskLogits.ToArray(), output.Queries, output.Geometry.MaskHeight, output.Geometry.MaskWidth),
            NamedTensor.From("mask_classes", output.MaskClasses.ToArray(), output.Queries, classes),
        ]);
    }

    public void Dispose()
    {
        _segmentor.Dispose();
        _model.Dispose();
        _frames.Dispose();
    }

    /// <summary>One frame in flight, each stage timed by itself.</summary>
    private Dictionary<string, LatencySummary> OneAtATime(int frames, double seconds, List<double> network)
    {
        var names = new[] { "source", "preprocess", "inference", "postprocess", "sink", "end_to_end" };
        var times = names.ToDictionary(name => name, _ => new List<double>());
        using var source = _frames.Open(frames);
        using var sink = Sink();
        using var slot = _segmentor.CreateSlot();
        using var result = new SegmentationResultPool().Rent();
        var pool = new FramePool();
        sink.Open(source.Info);
        var start = Stopwatch.GetTimestamp();
        for (var n = 0; n < frames && (n < LimitedSource.FewestFrames || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds); n++)
        {
            var begin = Stopwatch.GetTimestamp();
            if (source.Read(pool, out var frame, CancellationToken.None) != FrameRead.Frame)
            {
                break;
            }

            using (frame)
            {
                var read = Lap(begin, times["source"]);
                _segmentor.Preprocess(frame!, slot);
                var prepared = Lap(read, times["preprocess"]);
                _segmentor.Infer(slot);
                var inferred = Lap(prepared, times["inference"]);
                _segmentor.Postprocess(slot, result);
                var finished = Lap(inferred, times["postprocess"]);
                sink.Write(frame!, result);
                Lap(finished, times["sink"]);
                Lap(read, times["end_to_end"]);
            }
        }

        sink.Complete();
        network.AddRange(times["inference"]);
        return times.ToDictionary(stage => stage.Key, stage => Percentiles.Of(stage.Value));
    }

    private static long Lap(long since, List<double> times)
    {
        var now = Stopwatch.GetTimestamp();
        times.Add(Stopwatch.GetElapsedTime(since, now).TotalMilliseconds);
        return now;
    }

    private ISegmentationSink Sink() => _setup.Sink switch
    {
        "composite" => new CompositedSink(Compositors.Create(CompositorKind.Auto, null, Console.Error.WriteLine), new DiscardSink()),
        "video" => new CompositedSink(
            Compositors.Create(CompositorKind.Auto, null, Console.Error.WriteLine), new TemporaryVideo(Path.Combine(Path.GetTempPath(), $"segr-bench-{Environment.ProcessId}.mp4"))),
        _ => new NullSink(),
    };

    /// <summary>The case in words.</summary>
    internal static string Describe(BenchCase wanted, SegmentationModel model, Segmentor segmentor, Frame frame)
    {
        var geometry = segmentor.GeometryOf(frame.Width, frame.Height);
        return $"{model.Manifest.Name} on {model.Provider.ToString().ToLowerInvariant()}, {wanted.Precision}, network {geometry.PaddedWidth}x{geometry.PaddedHeight}, "
            + $"frames {frame.Width}x{frame.Height}, {segmentor.Classifier.ClassIndex.Length} classes, {wanted.Mode}";
    }

    internal static SegmentorOptions OptionsOf(BenchCase wanted, SegmentationModel model) => new()
    {
        InputSize = SizeOf(wanted.Size),
        Postprocess = new PostprocessOptions
        {
            Mode = Enum.Parse<SegmentationMode>(wanted.Mode, ignoreCase: true),
            ObjectMaskThreshold = model.Manifest.ObjectMaskThreshold,
            OverlapThreshold = model.Manifest.OverlapThreshold,
        },
    };

    internal static InferenceSettings SettingsOf(BenchCase wanted, BenchSetup setup) => new()
    {
        Provider = Enum.Parse<ExecutionProvider>(wanted.Provider, ignoreCase: true),
        Precision = Enum.Parse<ProductPrecision>(wanted.Precision, ignoreCase: true),
        Threads = setup.Threads,
        CudaGraphs = setup.CudaGraphs,
        CacheFolder = Path.Combine(AppPaths.CacheFolder, "engines"),
    };

    // The rule of segr video: by itself only where masks are on the very frame that they belong to.
    private static int FramesAtOnceOf(BenchCase wanted, bool isLive) => wanted.FramesAtOnce switch
    {
        null => isLive ? 1 : 0,
        > 1 when isLive => throw new InputException("--frames-at-once: not with live frames; a second frame would only make the newest masks older"),
        var n => n.Value,
    };

    private static (int Width, int Height)? SizeOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var sides = text.Split('x', 'X');
        return sides.Length == 2 && int.TryParse(sides[0], out var width) && int.TryParse(sides[1], out var height) && width >= 32 && height >= 32 && width % 32 == 0 && height % 32 == 0
            ? (width, height)
            : throw new InputException($"--size '{text}' is not a size: write width x height, multiples of 32, for example --size 640x384");
    }

    // Invented words cost a network as much as real ones.
    internal static string WordsOf(BenchSetup setup, SegmentationModel model)
    {
        var own = Path.Combine(AppPaths.ModelsFolder, model.Manifest.Name, "vocabulary.txt");
        return setup.Vocabulary ?? (File.Exists(own) ? own : string.Join("; ", Enumerable.Range(1, 20).Select(i => $"class {i}")));
    }

    /// <summary>A video that is gone once it was written.</summary>
    private sealed class TemporaryVideo(string path) : IFrameSink
    {
        private readonly VideoFileSink _inner = new(path, new VideoFileSinkOptions());

        public void Open(FrameFormat format, double framesPerSecond) => _inner.Open(format, framesPerSecond);

        public void Write(Frame frame) => _inner.Write(frame);

        public void Complete() => _inner.Complete();

        public void Dispose()
        {
            _inner.Dispose();
            File.Delete(path);
        }
    }
}
