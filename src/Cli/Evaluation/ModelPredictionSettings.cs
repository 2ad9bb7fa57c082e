using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>How a model predicts a dataset.</summary>
internal sealed record ModelPredictionSettings
{
    /// <summary>What is predicted.</summary>
    public required IReadOnlyList<SegmentationMode> Modes { get; init; }

    /// <summary>Thresholds.</summary>
    public required PostprocessOptions Rules { get; init; }

    /// <summary>How pictures are laid into the network.</summary>
    public SegmentorOptions Inputs { get; init; } = new();

    /// <summary>Generic reasoning that the user gives.</summary>
    public ReasonSet? Reasons { get; init; }

    /// <summary>Folder with a reasoning file for each picture.</summary>
    public string? ImageReasons { get; init; }

    /// <summary>Everything that predictions depend on; null where they are not to be kept even while the run lasts.</summary>
    public IReadOnlyDictionary<string, string>? Run { get; init; }

    /// <summary>Where predictions are kept; a place of the program's own, until the run is complete, where null.</summary>
    public string? Folder { get; init; }
}
