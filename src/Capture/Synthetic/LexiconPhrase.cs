namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>A description that fits one or more shapes.</summary>
public sealed record LexiconPhrase
{
    /// <summary>As it stands after "that has".</summary>
    public required string Text { get; init; }

    /// <summary>Ids of the shapes that it fits.</summary>
    public required IReadOnlyList<string> Shapes { get; init; }
}
