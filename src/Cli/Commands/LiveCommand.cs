using System.CommandLine;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Live;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr live SOURCE</c>: a camera, stream or looped file in a window, newest frame first, words changed while it runs.</summary>
internal static class LiveCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("SOURCE")
        {
            Description = "Camera (0, camera:0, /dev/video0), stream address (rtsp, http, udp), or a file, which is then played in a loop",
            DefaultValueFactory = _ => "camera:0",
        };
        var record = new Option<string?>("--record") { Description = "Write everything that is shown into a video", HelpName = "FILE" };
        var noWindow = new Option<bool>("--no-window") { Description = "Show nothing; with --record, --labels or --annotations" };
        var fullScreen = new Option<bool>("--full-screen") { Description = "Begin in full screen" };
        var captureSize = new Option<string?>("--capture-size") { Description = "Size to ask the camera for", HelpName = "WxH" };
        var captureFps = new Option<double?>("--capture-fps") { Description = "Frames a second to ask the camera for", HelpName = "N" };
        var folder = new Option<string>("--out", "-o") { Description = "Folder of screenshots and recordings", DefaultValueFactory = _ => "out", HelpName = "DIR" };
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var masks = new MaskOptions();
        var overlay = new OverlayOptions();
        var run = new RunOptions();
        var command = new Command("live", "Segment a camera or stream live, in a window") { input, record, noWindow, fullScreen, captureSize, captureFps, folder };
        model.AddTo(command);
        vocabulary.AddTo(command);
        masks.AddTo(command);
        run.AddTo(command);
        overlay.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var style = overlay.Style(parsed);
            var size = model.Size(parsed);
            var pipelineOptions = run.Pipeline(parsed);
            Action<string> notify = Terminal.Status;
            var sourceOptions = Capturing(parsed.GetValue(captureSize), parsed.GetValue(captureFps)) with
            {
                AsLive = true,
                Warn = Terminal.Warn,
                Status = status => notify(status ?? "the source is back"),
            };
            using var source = new SourceLease(FrameSources.Open(parsed.GetRequiredValue(input), sourceOptions, cancellation));
            using var opened = ModelRun.Open(model, parsed, cancellation);
            var classifier = ModelRun.Embed(opened, vocabulary, parsed, DefaultWords.Of(opened.Manifest), cancellation);
            using var segmentor = opened.CreateSegmentor(classifier, new SegmentorOptions
            {
                InputSize = size is { } s ? (s.Width, s.Height) : null,
                Postprocess = masks.Read(parsed, opened.Manifest, exactByDefault: false),
            });
            segmentor.Prepare(source.Info.Format.Width, source.Info.Format.Height);
            var meter = new HudMeter(opened.Manifest.Name, opened.Provider.ToString());
            using var sinks = new SinkSet();
            sinks.AddFiles(run, parsed);
            if (parsed.GetValue(record) is { } path)
            {
                sinks.AddPicture(path, "", style, overlay.Renderer(parsed), new HudMeter(opened.Manifest.Name, opened.Provider.ToString()));
            }

            if (parsed.GetValue(noWindow))
            {
                return Task.FromResult(Finish(
                    PipelineRun.Run("segmenting", source.Take(), segmentor, sinks.Take(), pipelineOptions, run.Stats(parsed), cancellation), run, parsed, cancellation));
            }

            using var session = new LiveSession(
                opened, segmentor, words => ModelRun.Embed(opened, words, vocabulary, parsed, cancellation), parsed.GetRequiredValue(folder),
                source.Info.FramesPerSecond);
            using var window = new LiveWindow(
                new LiveWindowOptions
                {
                    Title = $"{source.Info.Description} - OpenSegR.Realtime",
                    Style = style with { Hud = true },
                    FullScreen = parsed.GetValue(fullScreen),
                    Meter = meter,
                    Renderer = overlay.Renderer(parsed),
                    VocabularyText = string.Join("; ", classifier.Vocabulary.Classes.Take(60).Select(c => c.FullName)),
                },
                session);
            session.Notify = window.Notify;
            notify = window.Notify;
            sinks.Add(new WindowSink(window));
            var report = RunBesideWindow(window, session, source.Take(), segmentor, sinks.Take(), pipelineOptions, run.Stats(parsed), cancellation);
            return Task.FromResult(Finish(report, run, parsed, cancellation));
        });
        return command;
    }

    /// <summary>The window keeps this thread, the program's first; the pipeline runs beside it until the window is closed or the frames end.</summary>
    private static PipelineReport RunBesideWindow(
        LiveWindow window, LiveSession session, IFrameSource source, ISegmentor segmentor, ISegmentationSink sink, PipelineOptions options,
        string? stats, CancellationToken cancellation)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return PipelineRun.Run("live", source, segmentor, sink, options, stats, closing.Token);
                }
                finally
                {
                    window.Close();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        ReadWords(session, closing.Token);
        try
        {
            window.Run(cancellation);
        }
        finally
        {
            closing.Cancel();
        }

        return running.GetAwaiter().GetResult();
    }

    /// <summary>Lines typed on standard input are new words, as in the window.</summary>
    private static void ReadWords(LiveSession session, CancellationToken cancellation)
    {
        var reader = new Thread(() =>
        {
            while (!cancellation.IsCancellationRequested && Console.In.ReadLine() is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    session.VocabularyEntered(line);
                }
            }
        })
        { IsBackground = true, Name = "words" };
        reader.Start();
    }

    private static FrameSourceOptions Capturing(string? size, double? framesPerSecond)
    {
        if (framesPerSecond is { } rate && !(rate > 0 && rate <= 1000))
        {
            throw new InputException($"--capture-fps {rate}: must be above 0 and at most 1000");
        }

        if (size is null)
        {
            return new FrameSourceOptions { RequestedFps = framesPerSecond };
        }

        var sides = size.Split('x', 'X');
        return sides.Length == 2 && int.TryParse(sides[0], out var width) && int.TryParse(sides[1], out var height)
            && width is > 0 and <= FrameFormat.MaxSide && height is > 0 and <= FrameFormat.MaxSide
            ? new FrameSourceOptions { RequestedWidth = width, RequestedHeight = height, RequestedFps = framesPerSecond }
            : throw new InputException($"--capture-size '{size}' is not a size: write width x height, for example --capture-size 1280x720");
    }

    private static int Finish(PipelineReport report, RunOptions run, ParseResult parsed, CancellationToken cancellation)
    {
        Console.Out.WriteLine(run.Json(parsed) ? report.ToJson() : report.ToTable());
        return report.Outcome == PipelineOutcome.Cancelled && cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }
}
