using System.CommandLine;
using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>What is evaluated on what, and where the scores go.</summary>
internal sealed class EvalOptions
{
    private readonly Option<string> _dataset = new("--dataset", "-d")
    {
        Description = $"synthetic:SEED:COUNT[:WxH[:FRAMES]] draws scenes; LAYOUT:DIR reads a dataset, LAYOUT being {string.Join(", ", LabelledDatasets.Layouts)}",
        HelpName = "DATASET",
        Required = true,
    };

    private readonly Option<string?> _protocol = new("--protocol")
    {
        Description = "Synthetic scenes, what is asked: " + string.Join("; ", LabelledDatasets.Protocols.Select(p => $"{p.Key}: {p.Value}")) + ". Without it shapes",
        HelpName = "NAME",
    };

    private readonly Option<string?> _classes = new("--classes")
    {
        Description = "Synthetic scenes: what each class of --vocab is, in the same order (\"red striped ball; grass\"); needed for words that say nothing",
        HelpName = "WORDS|FILE",
    };

    private readonly Option<string> _mode = new("--mode")
    {
        Description = "What is predicted and scored: all that the truth allows, or one of semantic, panoptic, instance",
        DefaultValueFactory = _ => "all",
    };

    private readonly Option<float?> _objectThreshold = new("--object-threshold") { Description = "Panoptic: drop queries below this score", HelpName = "0..1" };

    private readonly Option<float?> _overlapThreshold = new("--overlap-threshold")
    {
        Description = "Panoptic: drop masks that keep less than this share of their pixels",
        HelpName = "0..1",
    };

    private readonly Option<string?> _predictions = new("--predictions")
    {
        Description = "Score predictions that were saved earlier, by --out or anyone, instead of running a model: label maps, or panoptic PNG and JSON",
        HelpName = "DIR",
    };

    private readonly Option<string?> _output = new("--out", "-o")
    {
        Description = "Keep the predictions. An interrupted run goes on where it was, with or without this",
        HelpName = "DIR",
    };

    private readonly Option<string?> _json = new("--json") { Description = "Write the scores as JSON", HelpName = "FILE" };

    private readonly Option<string?> _report = new("--report") { Description = "Write a page with scores and the best and worst pictures", HelpName = "FILE.html" };

    public EvalOptions() => _mode.AcceptOnlyFromAmong("all", "semantic", "panoptic", "instance");

    public void AddTo(Command command)
    {
        command.Options.Add(_dataset);
        command.Options.Add(_protocol);
        command.Options.Add(_classes);
        command.Options.Add(_mode);
        command.Options.Add(_objectThreshold);
        command.Options.Add(_overlapThreshold);
        command.Options.Add(_predictions);
        command.Options.Add(_output);
        command.Options.Add(_json);
        command.Options.Add(_report);
    }

    public string Dataset(ParseResult parsed) => parsed.GetRequiredValue(_dataset);

    public string? Protocol(ParseResult parsed) => parsed.GetValue(_protocol);

    public string? Classes(ParseResult parsed) => parsed.GetValue(_classes);

    public string? Predictions(ParseResult parsed) => parsed.GetValue(_predictions);

    public string? Output(ParseResult parsed) => parsed.GetValue(_output);

    public string? Json(ParseResult parsed) => OutputFile.Checked(parsed.GetValue(_json));

    public string? Report(ParseResult parsed) => OutputFile.Checked(parsed.GetValue(_report));

    // Classes are always predicted: steadiness over time and the report's pictures need them.
    public SegmentationMode[] Modes(ParseResult parsed, ModelManifest manifest) => parsed.GetValue(_mode) switch
    {
        "all" when manifest.MaftPlus is null => [SegmentationMode.Semantic],
        "semantic" => [SegmentationMode.Semantic],
        "panoptic" => [SegmentationMode.Semantic, SegmentationMode.Panoptic],
        "instance" => [SegmentationMode.Semantic, SegmentationMode.Instance],
        _ => Enum.GetValues<SegmentationMode>(),
    };

    public PostprocessOptions Rules(ParseResult parsed, ModelManifest manifest) => new()
    {
        ObjectMaskThreshold = parsed.GetFraction(_objectThreshold) ?? manifest.ObjectMaskThreshold,
        OverlapThreshold = parsed.GetFraction(_overlapThreshold) ?? manifest.OverlapThreshold,
        MasksBeforeScores = manifest.MaftPlus?.Panoptic ?? false,
    };
}
