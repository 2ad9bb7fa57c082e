namespace OpenSegR.Realtime.Models;

/// <summary>
/// The contents of a model folder's model.json: what the model is and how it is run. The weights beside it are the model; the graphs are
/// generated from both.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>Name of the manifest inside a model folder.</summary>
    public const string FileName = "model.json";

    /// <summary>Version of this layout that this engine writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Value of <see cref="Architecture"/> for MAFT+ (and OpenSeg-R on MAFT+, whose weights are the same).</summary>
    public const string MaftPlusArchitecture = "maft-plus";

    /// <summary>Value of <see cref="Architecture"/> for SED.</summary>
    public const string SedArchitecture = "sed";

    /// <summary>Version of the layout, <see cref="CurrentFormat"/>.</summary>
    public required int Format { get; init; }

    /// <summary>Short name for people, e.g. "maftp_b".</summary>
    public required string Name { get; init; }

    /// <summary>"maft-plus" or "sed".</summary>
    public required string Architecture { get; init; }

    /// <summary>Sizes, where <see cref="Architecture"/> is "maft-plus".</summary>
    public MaftPlusSizes? MaftPlus { get; init; }

    /// <summary>Sizes, where <see cref="Architecture"/> is "sed".</summary>
    public SedSizes? Sed { get; init; }

    /// <summary>Per-channel mean of the input, R, G, B on the 0 to 255 scale.</summary>
    public required IReadOnlyList<float> PixelMean { get; init; }

    /// <summary>Per-channel standard deviation of the input, R, G, B on the 0 to 255 scale.</summary>
    public required IReadOnlyList<float> PixelStd { get; init; }

    /// <summary>Width and height must be multiples of this (32).</summary>
    public int SizeDivisor { get; init; } = 32;

    /// <summary>Length of the image's shorter side that the model is best at, in pixels.</summary>
    public int ShortSide { get; init; } = 640;

    /// <summary>Limit of the image's longer side, in pixels.</summary>
    public int MaxSide { get; init; } = 2560;

    /// <summary>Queries scored below this are dropped in panoptic mode (the reference's OBJECT_MASK_THRESHOLD).</summary>
    public float ObjectMaskThreshold { get; init; } = 0.2f;

    /// <summary>Segments that keep less than this share of their mask are dropped (the reference's OVERLAP_THRESHOLD).</summary>
    public float OverlapThreshold { get; init; } = 0.7f;

    /// <summary>Prompt templates: "vild" (14), "imagenet" (80) or "none".</summary>
    public string Templates { get; init; } = "vild";

    /// <summary>Name of the weights file inside the folder.</summary>
    public string WeightsFile { get; init; } = "weights.safetensors";

    /// <summary>Size and hash of every file of the model, by name.</summary>
    public required IReadOnlyDictionary<string, ModelFile> Files { get; init; }

    /// <summary>Where the model came from: the checkpoint's file name and hash, or the training recipe.</summary>
    public string Provenance { get; init; } = "";

    /// <summary>Licence of the weights, as far as it is known.</summary>
    public string Licence { get; init; } = "unknown";
}
