using System.CommandLine;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>How frames flow, and what is written besides the picture.</summary>
internal sealed class RunOptions
{
    private readonly Option<string> _sync = new("--sync")
    {
        Description = "exact: masks on the very frame they belong to; latest: the newest masks on the newest frame; auto: latest for live sources",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int> _every = new("--every") { Description = "Run the network on every n-th frame only", DefaultValueFactory = _ => 1, HelpName = "N" };

    private readonly Option<string> _carry = new("--carry")
    {
        Description = "Move masks that are older than the picture along with what they show; auto: where masks may lag (--sync latest)",
        DefaultValueFactory = _ => "auto",
    };

    // "--smooth" alone is "--smooth on".
    private readonly Option<string> _smooth = new("--smooth")
    {
        Description = "Damp flicker: a pixel changes its class once masks agreed on it for 0.1 s, and segments keep their numbers; auto: where masks are carried",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int?> _atOnce = new("--frames-at-once")
    {
        Description = "Frames that the network works on side by side on the CPU, with --sync exact; without it as many as suit the model",
        HelpName = "N",
    };

    private readonly Option<long?> _frames = new("--frames") { Description = "Stop after this many frames", HelpName = "N" };

    private readonly Option<string?> _labels = new("--labels") { Description = "Write one 16-bit PNG label map a frame", HelpName = "DIR" };

    private readonly Option<string?> _annotations = new("--annotations")
    {
        Description = "Write one JSON line a frame: segments with class, score, box, area, contour and COCO run lengths",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<string?> _stats = new("--stats") { Description = "Write rates, latencies, drops and class shares as JSON", HelpName = "FILE" };

    private readonly Option<bool> _json = new("--json") { Description = "Print the statistics as JSON instead of a table" };

    public RunOptions()
    {
        _sync.AcceptOnlyFromAmong("auto", "exact", "latest");
        _carry.AcceptOnlyFromAmong("auto", "on", "off");
        _smooth.AcceptOnlyFromAmong("auto", "on", "off");
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_sync);
        command.Options.Add(_every);
        command.Options.Add(_carry);
        command.Options.Add(_smooth);
        command.Options.Add(_atOnce);
        command.Options.Add(_frames);
        command.Options.Add(_labels);
        command.Options.Add(_annotations);
        command.Options.Add(_stats);
        command.Options.Add(_json);
    }

    /// <summary>How frames flow.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isLive">Whether the source is live, where that is known.</param>
    public PipelineOptions Pipeline(ParseResult parsed, bool isLive)
    {
        var sync = Enum.Parse<SyncMode>(parsed.GetValue(_sync)!, ignoreCase: true);
        var (carry, smooth) = (parsed.GetValue(_carry), parsed.GetValue(_smooth));
        var carries = carry == "on" || (carry == "auto" && (sync == SyncMode.Latest || (sync == SyncMode.Auto && isLive)));
        var isBare = parsed.GetResult(_smooth) is { Implicit: false, Tokens.Count: 0 };
        var smooths = isBare || smooth == "on" || (smooth == "auto" && carries);
        var every = parsed.GetValue(_every);
        var frames = parsed.GetValue(_frames);
        OutputFile.Checked(Stats(parsed));
        return new PipelineOptions
        {
            Sync = sync,
            Motion = carries || smooths ? new MotionOptions { Carry = carries, Smooth = smooths } : null,
            InferEvery = every >= 1 ? every : throw new InputException($"--every {every}: must be at least 1"),
            MaxFrames = frames is null or >= 1 ? frames : throw new InputException($"--frames {frames}: must be at least 1"),
        };
    }

    /// <summary>Frames in the network at once; 0 to leave it to the engine.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="sync">How the run goes.</param>
    /// <exception cref="InputException">It is out of range, or more than one is asked for where only the newest masks count.</exception>
    public int FramesAtOnce(ParseResult parsed, SyncMode sync) => parsed.GetValue(_atOnce) switch
    {
        null => sync == SyncMode.Exact ? 0 : 1,
        { } n when CheckedFramesAtOnce(n) > 1 && sync != SyncMode.Exact => throw new InputException("--frames-at-once: only with --sync exact; with the newest masks alone a second frame would only make them older"),
        { } n => n,
    };

    /// <summary>A number of frames at once, where it is in range.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public static int CheckedFramesAtOnce(int n) => n is >= 1 and <= SegmentorOptions.MostFramesAtOnce
        ? n : throw new InputException($"--frames-at-once {n}: must be 1 to {SegmentorOptions.MostFramesAtOnce}");

    public string? Labels(ParseResult parsed) => parsed.GetValue(_labels);

    public string? Annotations(ParseResult parsed) => parsed.GetValue(_annotations);

    public string? Stats(ParseResult parsed) => parsed.GetValue(_stats);

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);
}
