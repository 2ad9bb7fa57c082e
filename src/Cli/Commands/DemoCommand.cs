using System.CommandLine;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Cli.Evaluation;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary>
/// <c>segr demo</c>: the main job on what is shipped. Makes a sample video, segments it with plain words, writes demo.mp4 and demo.png, and shows
/// what reasoning does for names that mean nothing.
/// </summary>
internal static class DemoCommand
{
    private const int Width = 640;
    private const int Height = 360;

    public static Command Create()
    {
        var output = new Option<string>("--out", "-o") { Description = "Folder of the results", DefaultValueFactory = _ => "out", HelpName = "DIR" };
        var seed = new Option<long>("--seed") { Description = "Seed of the sample video", DefaultValueFactory = _ => 21, HelpName = "N" };
        var frames = new Option<int>("--frames") { Description = "Length of the sample video", DefaultValueFactory = _ => 240, HelpName = "N" };
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var masks = new MaskOptions();
        var overlay = new OverlayOptions();
        var command = new Command("demo", "Make a sample video, segment it with plain words, and write demo.mp4 and demo.png") { output, seed, frames };
        model.AddTo(command);
        vocabulary.AddTo(command);
        masks.AddTo(command);
        overlay.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(output);
            var count = parsed.GetValue(frames);
            if (count is < 1 or > 100_000)
            {
                throw new InputException($"--frames {count}: must be 1 to 100000");
            }

            CreateFolder(folder);
            var style = overlay.Style(parsed);
            var inputs = model.Segmentor(parsed);
            using var opened = ModelRun.Open(model, parsed, cancellation);
            var classifier = ModelRun.Embed(opened, vocabulary, parsed, DefaultWords.Of(opened.Manifest), cancellation);
            var sample = Path.Combine(folder, "sample.mp4");
            Render(sample, parsed.GetValue(seed), count, cancellation);
            using var segmentor = opened.CreateSegmentor(classifier, inputs with
            {
                Postprocess = masks.Read(parsed, opened.Manifest, exactByDefault: false),
                FramesAtOnce = 0,
            });
            segmentor.Prepare(Width, Height);
            Terminal.Status($"segmenting {string.Join(", ", classifier.Vocabulary.Classes.Select(c => c.Name))}");
            var report = Segment(sample, folder, segmentor, style, overlay.Renderer(parsed), opened, cancellation);
            if (report.Outcome == PipelineOutcome.Cancelled)
            {
                return Task.FromResult(ExitCode.Interrupted);
            }

            Console.Out.WriteLine(report.ToTable());
            Console.Out.WriteLine(ReasoningTable.Of(opened, parsed.GetValue(seed), cancellation));
            Console.Out.WriteLine($"written: {Path.Combine(folder, "demo.mp4")}, {Path.Combine(folder, "demo.png")}");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static PipelineReport Segment(
        string sample, string folder, Segmentor segmentor, OverlayStyle style, CompositorKind kind, SegmentationModel model,
        CancellationToken cancellation)
    {
        using var sinks = new SinkSet();
        sinks.AddPicture(Path.Combine(folder, "demo.mp4"), sample, style, kind, ModelRun.Meter(model));
        sinks.Add(new BestPictureSink(Path.Combine(folder, "demo.png"), kind, style));
        using var source = new SourceLease(FrameSources.Open(sample, new FrameSourceOptions(), cancellation));
        return PipelineRun.Run("segmenting", source.Take(), segmentor, sinks.Take(), new PipelineOptions(), null, cancellation);
    }

    /// <summary>Writes the sample video, so that the demo decodes, segments and encodes as it does with anyone's file.</summary>
    private static void Render(string path, long seed, int count, CancellationToken cancellation)
    {
        using var source = new SyntheticSource(seed, Width, Height, count);
        using var sink = new VideoFileSink(path, new VideoFileSinkOptions { Warn = Terminal.Warn });
        using var progress = new ProgressReport("making a sample video", count, "frames");
        var pool = new FramePool();
        sink.Open(source.Info.Format, source.Info.FramesPerSecond);
        for (var i = 0; source.Read(pool, out var frame, cancellation) == FrameRead.Frame; i++)
        {
            using (frame)
            {
                sink.Write(frame!);
            }

            progress.Report(i + 1);
        }

        sink.Complete();
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--out '{folder}' cannot be made: {e.Message}", e);
        }
    }
}
