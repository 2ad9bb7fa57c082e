namespace OpenSegR.Realtime.Text;

/// <summary>What reasoning says about one class.</summary>
/// <param name="Key">Names of the class, separated by commas.</param>
/// <param name="Attributes">What it looks like, the most telling first: "a striped shirt".</param>
public sealed record ReasonEntry(string Key, IReadOnlyList<string> Attributes)
{
    /// <summary>The class's broad category, e.g. "vehicle"; null where it is not known.</summary>
    public string? GeneralCategory { get; init; }

    /// <summary>The narrower category, e.g. "aircraft"; null where it is not known.</summary>
    public string? SubCategory { get; init; }

    /// <summary>The reply that the entry was read from; null where it is not known.</summary>
    public string? RawResponse { get; init; }
}
