namespace OpenSegR.Realtime.Text;

/// <summary>One entry of a vocabulary: what the user calls it, in all its synonyms.</summary>
/// <param name="Synonyms">At least one name; the first is the one shown.</param>
/// <param name="IsThing">True for countable things, false for stuff.</param>
public sealed record VocabularyClass(IReadOnlyList<string> Synonyms, bool IsThing)
{
    /// <summary>The name shown to people.</summary>
    public string Name => Synonyms[0];

    /// <summary>All synonyms, joined as in the reference's class lists ("person, child, adult").</summary>
    public string FullName => string.Join(", ", Synonyms);
}
