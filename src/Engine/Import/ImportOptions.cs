namespace OpenSegR.Realtime.Import;

/// <summary>What an import cannot read off the tensors.</summary>
public sealed record ImportOptions
{
    /// <summary>Short name of the model for people, or null to take the checkpoint's file name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// MAFT+'s PANOPTIC_ON, which changes the content-dependent transfer and shows nowhere in the tensors; null to take it as on where the
    /// checkpoint's file or folder name contains "pano", as the published ones do.
    /// </summary>
    public bool? Panoptic { get; init; }

    /// <summary>Attention heads of the text tower, or null for CLIP's rule: width / 64, at least 2.</summary>
    public int? TextHeads { get; init; }

    /// <summary>SED's POOLING_SIZES, which shows nowhere in the tensors; null for 1, as in the reference's evaluation.</summary>
    public int? ClassPooling { get; init; }

    /// <summary>SED: side in pixels of the square that every picture is stretched to, a multiple of 32; null for the reference's 768.</summary>
    public int? InputSide { get; init; }

    /// <summary>Licence of the weights as it shall stand in the manifest, or null where it is not known.</summary>
    public string? Licence { get; init; }

    /// <summary>True to replace an existing model folder; false to refuse.</summary>
    public bool Overwrite { get; init; }
}
