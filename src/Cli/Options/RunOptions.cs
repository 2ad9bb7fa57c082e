using System.CommandLine;
using OpenSegR.Realtime.Pipeline;

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

    private readonly Option<long?> _frames = new("--frames") { Description = "Stop after this many frames", HelpName = "N" };

    private readonly Option<string?> _labels = new("--labels") { Description = "Write one 16-bit PNG label map a frame", HelpName = "DIR" };

    private readonly Option<string?> _annotations = new("--annotations")
    {
        Description = "Write one JSON line a frame: segments with class, score, box, area, contour and COCO run lengths",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<string?> _stats = new("--stats") { Description = "Write rates, latencies, drops and class shares as JSON", HelpName = "FILE" };

    private readonly Option<bool> _json = new("--json") { Description = "Print the statistics as JSON instead of a table" };

    public RunOptions() => _sync.AcceptOnlyFromAmong("auto", "exact", "latest");

    public void AddTo(Command command)
    {
        command.Options.Add(_sync);
        command.Options.Add(_every);
        command.Options.Add(_frames);
        command.Options.Add(_labels);
        command.Options.Add(_annotations);
        command.Options.Add(_stats);
        command.Options.Add(_json);
    }

    public PipelineOptions Pipeline(ParseResult parsed)
    {
        var every = parsed.GetValue(_every);
        var frames = parsed.GetValue(_frames);
        OutputFile.Checked(Stats(parsed));
        return new PipelineOptions
        {
            Sync = Enum.Parse<SyncMode>(parsed.GetValue(_sync)!, ignoreCase: true),
            InferEvery = every >= 1 ? every : throw new InputException($"--every {every}: must be at least 1"),
            MaxFrames = frames is null or >= 1 ? frames : throw new InputException($"--frames {frames}: must be at least 1"),
        };
    }

    public string? Labels(ParseResult parsed) => parsed.GetValue(_labels);

    public string? Annotations(ParseResult parsed) => parsed.GetValue(_annotations);

    public string? Stats(ParseResult parsed) => parsed.GetValue(_stats);

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);
}
