using System.CommandLine;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>Which masks are made of the network's output.</summary>
internal sealed class MaskOptions
{
    /// <summary>
    /// Score below which a pixel belongs to nothing where the user does not say. The reference gives every pixel a class, which suits
    /// benchmarks whose classes cover the picture; someone who asks for "ball" alone wants the rest left alone.
    /// </summary>
    private const float DefaultMinScore = 0.25f;

    private readonly Option<string> _mode = new("--mode")
    {
        Description = "One class a pixel, segments of things and stuff, or scored objects",
        DefaultValueFactory = _ => "semantic",
    };

    private readonly Option<bool> _exact = new("--exact")
    {
        Description = "Decide every pixel at the frame's own size, in the reference's order; slower than deciding at stride 4",
    };

    private readonly Option<float?> _minScore = new("--min-score")
    {
        Description = "Semantic: leave pixels below this score to nothing (0: every pixel gets a class; 0.25 where not given, 0 with --dump). Instance: drop objects below it",
        HelpName = "0..1",
    };

    private readonly Option<float?> _objectThreshold = new("--object-threshold") { Description = "Panoptic: drop queries below this score", HelpName = "0..1" };

    private readonly Option<float?> _overlapThreshold = new("--overlap-threshold")
    {
        Description = "Panoptic: drop masks that keep less than this share of their pixels",
        HelpName = "0..1",
    };

    public MaskOptions() => _mode.AcceptOnlyFromAmong("semantic", "panoptic", "instance");

    public void AddTo(Command command, bool exact = true)
    {
        command.Options.Add(_mode);
        if (exact)
        {
            command.Options.Add(_exact);
        }

        command.Options.Add(_minScore);
        command.Options.Add(_objectThreshold);
        command.Options.Add(_overlapThreshold);
    }

    public SegmentationMode Mode(ParseResult parsed) => Enum.Parse<SegmentationMode>(parsed.GetValue(_mode)!, ignoreCase: true);

    public bool Exact(ParseResult parsed) => parsed.GetValue(_exact);

    /// <summary>The rules for this model and these options.</summary>
    public PostprocessOptions Read(ParseResult parsed, ModelManifest manifest, bool exactByDefault, bool likeReference = false)
    {
        var mode = Mode(parsed);
        var minScore = parsed.GetFraction(_minScore);
        var defaults = new PostprocessOptions();
        return new PostprocessOptions
        {
            Mode = mode,
            Resolution = exactByDefault || Exact(parsed) ? OutputResolution.Frame : OutputResolution.Stride4,
            MinScore = minScore ?? (likeReference ? 0f : DefaultMinScore),
            InstanceMinScore = minScore ?? defaults.InstanceMinScore,
            ObjectMaskThreshold = parsed.GetFraction(_objectThreshold) ?? manifest.ObjectMaskThreshold,
            OverlapThreshold = parsed.GetFraction(_overlapThreshold) ?? manifest.OverlapThreshold,
            MasksBeforeScores = manifest.MaftPlus?.Panoptic ?? false,
        };
    }
}
