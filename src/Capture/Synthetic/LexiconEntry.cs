namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>One value of an attribute (a shape, a colour, a surface) or one kind of stuff, and how people call it.</summary>
public sealed record LexiconEntry
{
    /// <summary>Its name in files.</summary>
    public required string Id { get; init; }

    /// <summary>Words that training reads beside pictures; the first is the plainest.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Words that training meets in text only, never beside a picture.</summary>
    public required IReadOnlyList<string> Thesaurus { get; init; }

    /// <summary>Descriptions for reasoning ("NAME that has ..."); empty for shapes, whose phrases may fit several shapes.</summary>
    public IReadOnlyList<string> Phrases { get; init; } = [];

    /// <summary>Red, green, blue, 0 to 255; colours only.</summary>
    public IReadOnlyList<int> Rgb { get; init; } = [];
}
