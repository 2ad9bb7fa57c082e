using System.CommandLine;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Live;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli;

/// <summary>Source, model and words of one run, opened; runs them into sinks, with or without a window, and says what was done.</summary>
internal sealed class SegmentRun : IDisposable
{
    public required SegmentOptions Options { get; init; }

    public required OverlayStyle Style { get; init; }

    public required PipelineOptions Pipeline { get; set; }

    public SourceLease Source { get; set; } = null!;

    public SegmentationModel Model { get; set; } = null!;

    public TextClassifier Classifier { get; set; } = null!;

    public Segmentor Segmentor { get; set; } = null!;

    /// <summary>Between the segmentor and the window.</summary>
    public GpuSharing Sharing { get; } = new(Terminal.Status);

    /// <summary>Where messages for the user go; the window's title line once there is one.</summary>
    public Action<string> Notify { get; private set; } = Terminal.Status;

    /// <summary>The state of the source, or null where all is well again; in the window too, once there is one.</summary>
    public Action<string?> Status { get; private set; } = StatusLine;

    /// <summary>The state of the source as a line on the terminal.</summary>
    public static void StatusLine(string? status) => Terminal.Status(status ?? "the source is back");

    public HudMeter NewMeter() => ModelRun.Meter(Model);

    /// <summary>Runs to the end of the source.</summary>
    public PipelineReport Run(SinkSet sinks, ParseResult parsed, CancellationToken cancellation) =>
        PipelineRun.Run("segmenting", Source.Take(), Segmentor, sinks.Take(), Pipeline, Options.Run.Stats(parsed), cancellation);

    /// <summary>As <see cref="Run"/>, with lines of standard input as new words.</summary>
    public PipelineReport RunLive(SinkSet sinks, string folder, ParseResult parsed, CancellationToken cancellation)
    {
        using var session = NewSession(folder, parsed, cancellation);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ReadWords(session, closing.Token);
        try
        {
            return Run(sinks, parsed, cancellation);
        }
        finally
        {
            closing.Cancel();
        }
    }

    /// <summary>Runs beside a window, until it is closed or the frames end. The window keeps this thread, the program's first.</summary>
    /// <param name="sinks">Sinks besides the window.</param>
    /// <param name="folder">Where screenshots and recordings go.</param>
    /// <param name="fullScreen">True to begin in full screen.</param>
    /// <param name="readsWords">True to take lines of standard input as new words.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellation">Ends the run.</param>
    public PipelineReport RunInWindow(
        SinkSet sinks, string folder, bool fullScreen, bool readsWords, ParseResult parsed, CancellationToken cancellation)
    {
        using var session = NewSession(folder, parsed, cancellation);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<PipelineReport>? running = null;
        using var window = new LiveWindow(
            new LiveWindowOptions
            {
                Title = $"{Source.Info.Description} - OpenSegR.Realtime",
                Style = Style with { Hud = true },
                FullScreen = fullScreen,
                Meter = NewMeter(),
                Renderer = Options.Overlay.Renderer(parsed),
                Compositor = new GlCompositorOptions { WatchShaders = true, Sharing = Sharing },
                VocabularyText = string.Join("; ", Classifier.Vocabulary.Classes.Take(60).Select(c => c.FullName)),
            },
            session)
        {
            DisplayLost = () =>
            {
                closing.Cancel();
                session.EndRecording();
                running?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
                Terminal.Error("the display is gone (its server ended or the connection to it broke): outputs end here; --no-window needs no display");
            },
        };
        session.Notify = Notify = window.Notify;
        Status = status =>
        {
            StatusLine(status);
            window.SetStatus(status);
        };
        sinks.Add(new WindowSink(window));
        void Start()
        {
            var (source, sink) = (Source.Take(), sinks.Take());
            running = Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        return PipelineRun.Run("live", source, Segmentor, sink, Pipeline, Options.Run.Stats(parsed), closing.Token);
                    }
                    finally
                    {
                        window.Close();
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (readsWords)
            {
                ReadWords(session, closing.Token);
            }
        }

        try
        {
            window.Run(Start, cancellation);
        }
        catch
        {
            // The pipeline uses what is disposed next; its own end matters less than what happened to the window.
            closing.Cancel();
            running?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
            throw;
        }

        closing.Cancel();
        return running!.GetAwaiter().GetResult();
    }

    /// <summary>Prints the report and tells the exit code.</summary>
    public int Finish(PipelineReport report, ParseResult parsed, CancellationToken cancellation)
    {
        Console.Out.WriteLine(Options.Run.Json(parsed) ? report.ToJson() : report.ToTable());
        return report.Outcome == PipelineOutcome.Cancelled && cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }

    public void Dispose()
    {
        Segmentor?.Dispose();
        Sharing.Dispose();
        Model?.Dispose();
        Source?.Dispose();
    }

    private LiveSession NewSession(string folder, ParseResult parsed, CancellationToken cancellation) => new(
        Model, Segmentor, words => ModelRun.Embed(Model, words, Options.Vocabulary, parsed, cancellation), folder, Source.Info.FramesPerSecond);

    /// <summary>Lines typed on standard input are new words, as in the window.</summary>
    private static void ReadWords(LiveSession session, CancellationToken cancellation)
    {
        // Who types on a terminal looks there, also where there is a window.
        void Notify(string message)
        {
            Terminal.Status(message);
            if (session.Notify != Terminal.Status)
            {
                session.Notify(message);
            }
        }

        if (!Terminal.MayRead)
        {
            return;
        }

        var reader = new Thread(() =>
        {
            while (!cancellation.IsCancellationRequested && Console.In.ReadLine() is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    session.VocabularyEntered(line, Notify);
                }
            }
        })
        { IsBackground = true, Name = "words" };
        reader.Start();
    }
}
