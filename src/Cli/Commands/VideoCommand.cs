using System.CommandLine;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr video INPUT</c>: a video file, image folder or stream in, a segmented video out, every frame once and in order.</summary>
internal static class VideoCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("INPUT") { Description = "Video file, image folder or pattern, stream address, or synthetic:SEED" };
        var output = new Option<string?>("--out", "-o")
        {
            Description = "Segmented video (.mp4, .mkv, .avi), or a folder for one picture a frame; without it out/NAME.mp4. 'none' draws nothing",
            HelpName = "FILE|DIR",
        };
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var masks = new MaskOptions();
        var overlay = new OverlayOptions();
        var run = new RunOptions();
        var command = new Command("video", "Segment a video file, image folder or stream") { input, output };
        model.AddTo(command);
        vocabulary.AddTo(command);
        masks.AddTo(command);
        run.AddTo(command);
        overlay.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var spec = parsed.GetRequiredValue(input);
            var size = model.Size(parsed);
            var style = overlay.Style(parsed);
            var pipelineOptions = run.Pipeline(parsed);
            using var source = new SourceLease(FrameSources.Open(spec, new FrameSourceOptions { Warn = Terminal.Warn }, cancellation));
            using var opened = ModelRun.Open(model, parsed, cancellation);
            var classifier = ModelRun.Embed(opened, vocabulary, parsed, DefaultWords.Of(opened.Manifest), cancellation);
            using var segmentor = opened.CreateSegmentor(classifier, new SegmentorOptions
            {
                InputSize = size is { } s ? (s.Width, s.Height) : null,
                Postprocess = masks.Read(parsed, opened.Manifest, exactByDefault: false),
            });
            segmentor.Prepare(source.Info.Format.Width, source.Info.Format.Height);
            var path = OutputPath(spec, parsed.GetValue(output));
            using var sinks = new SinkSet();
            if (path is not null)
            {
                sinks.AddPicture(path, spec, style, overlay.Renderer(parsed), new HudMeter(opened.Manifest.Name, opened.Provider.ToString()));
            }

            sinks.AddFiles(run, parsed);
            var report = PipelineRun.Run("segmenting", source.Take(), segmentor, sinks.Take(), pipelineOptions, run.Stats(parsed), cancellation);
            Console.Out.WriteLine(run.Json(parsed) ? report.ToJson() : report.ToTable());
            if (path is not null)
            {
                Terminal.Status($"written to {path}");
            }

            return Task.FromResult(report.Outcome == PipelineOutcome.Cancelled && cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done);
        });
        return command;
    }

    private static string? OutputPath(string spec, string? given)
    {
        if (given == "none")
        {
            return null;
        }

        if (given is not null)
        {
            return given;
        }

        var name = new string(Path.GetFileNameWithoutExtension(spec.TrimEnd('/')).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c : '-').ToArray());
        Directory.CreateDirectory("out");
        return Path.Combine("out", (name.Length == 0 ? "video" : name) + ".mp4");
    }
}
