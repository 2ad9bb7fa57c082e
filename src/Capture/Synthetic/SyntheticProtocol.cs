using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// What an evaluation on synthetic scenes asks: which classes there are, in which words the model is told of them, and which things the scenes
/// show. Everything is drawn from a seed, and is one fixed list for all pictures of a run.
/// <para>
/// The protocols of compositions ask for <see cref="CompositionCount"/> exact compositions in four families; within a family each differs from
/// the first in one respect only, as far as the split has such, so that every attribute must be heeded. Scenes show things of the list alone.
/// All kinds of stuff are classes in every protocol.
/// </para>
/// </summary>
internal sealed record SyntheticProtocol
{
    /// <summary>Compositions that a list holds.</summary>
    public const int CompositionCount = 16;

    private const int FamilySize = 4;

    /// <summary>What a user types.</summary>
    public required string Name { get; init; }

    /// <summary>What it asks, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What each class is, in the lexicon's words.</summary>
    public required Vocabulary Classes { get; init; }

    /// <summary>What the model is told, class by class.</summary>
    public required Vocabulary Words { get; init; }

    /// <summary>Generic reasoning that the model is told, or null.</summary>
    public ReasonSet? Reasons { get; init; }

    /// <summary>Reasoning from which each picture takes what it shows, or null.</summary>
    public ReasonSet? ImageReasons { get; init; }

    /// <summary>Compositions that scenes may show, of those in the list.</summary>
    public CompositionFilter Filter { get; init; } = CompositionFilter.Any;

    /// <summary>The protocols' names, and what each asks.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } = new Dictionary<string, string>
    {
        ["shapes"] = "all 13 shapes by name (\"ball\"), in any colour and surface",
        ["colours"] = "all 12 colours (\"red thing\"), in any shape and surface",
        ["seen"] = "16 compositions of colour, surface and shape (\"red striped ball\") that training shows",
        ["unseen"] = "16 compositions of colour, surface and shape that training never shows",
        ["synonyms"] = "16 pairs of colour and shape, and the stuff, in words that training never shows (\"crimson orb\", \"meadow\")",
        ["names"] = "16 seen compositions and the stuff under invented names alone (\"zwoglark\"): chance is all that is left",
        ["reason"] = "the same, each name with generic reasoning: three descriptions of what it looks like",
        ["image-reason"] = "the same with reasoning about each image: descriptions of the classes in it and of three that are not",
    };

    /// <summary>Draws a protocol.</summary>
    /// <exception cref="InputException">There is no protocol of that name.</exception>
    public static SyntheticProtocol Draw(string name, long seed)
    {
        var words = new SyntheticDescriptions((ulong)seed ^ 0x5EED_0F_0B5E55EDUL);
        var random = new SyntheticRandom((ulong)seed * 0x9E3779B97F4A7C15UL);
        return name switch
        {
            "shapes" => Attribute(name, SyntheticLexicon.Default.Shapes, ""),
            "colours" => Attribute(name, SyntheticLexicon.Default.Colours, " thing"),
            "seen" => Spoken(name, CompositionFilter.Seen, [.. Compositions(ref random, CompositionFilter.Seen).Select(words.Plain)]),
            "unseen" => Spoken(name, CompositionFilter.HeldOut, [.. Compositions(ref random, CompositionFilter.HeldOut).Select(words.Plain)]),
            "synonyms" => Synonyms(name, Pairs(ref random), words),
            "names" or "reason" or "image-reason" => Named(name, Compositions(ref random, CompositionFilter.Seen), words),
            _ => throw new InputException($"there is no protocol '{name}': use {string.Join(", ", Known.Keys)}"),
        };
    }

    /// <summary>A user's own classes and words.</summary>
    /// <param name="words">What the model is told.</param>
    /// <param name="classes">What each class is; the words themselves, or what reasoning says of them, where null.</param>
    public static SyntheticProtocol Own(Vocabulary words, Vocabulary? classes) => new()
    {
        Name = "own", Summary = "the user's own classes and words; scenes show things of these classes alone", Classes = classes ?? words, Words = words,
    };

    private static SyntheticProtocol Attribute(string name, IReadOnlyList<LexiconEntry> values, string noun)
    {
        var words = new Vocabulary([.. values.Select(e => new VocabularyClass([e.Words[0] + noun], true)), .. PlainStuff()]);
        return new() { Name = name, Summary = Known[name], Classes = words, Words = words };
    }

    private static SyntheticProtocol Spoken(string name, CompositionFilter filter, IReadOnlyList<string> things)
    {
        var words = new Vocabulary([.. things.Select(t => new VocabularyClass([t], true)), .. PlainStuff()]);
        return new() { Name = name, Summary = Known[name], Classes = words, Words = words, Filter = filter };
    }

    private static SyntheticProtocol Synonyms(string name, ThingAttributes[] pairs, SyntheticDescriptions words) => new()
    {
        Name = name,
        Summary = Known[name],
        Classes = new Vocabulary([.. pairs.Select(p => new VocabularyClass([words.PlainPair(p)], true)), .. PlainStuff()]),
        Words = new Vocabulary([
            .. pairs.Select(p => new VocabularyClass([words.UncommonPair(p)], true)),
            .. Enum.GetValues<StuffKind>().Select(s => new VocabularyClass([words.Uncommon(s)], false))]),
        Filter = CompositionFilter.Seen,
    };

    private static SyntheticProtocol Named(string name, ThingAttributes[] compositions, SyntheticDescriptions words)
    {
        var classes = new Vocabulary([.. compositions.Select(c => new VocabularyClass([words.Plain(c)], true)), .. PlainStuff()]);
        var invented = classes.Classes.Select(c => new VocabularyClass([words.InventedName()], c.IsThing)).ToArray();
        ReasonEntry[] entries =
        [
            .. compositions.Select((c, i) => words.Reason(invented[i].Name, c)),
            .. Enum.GetValues<StuffKind>().Select((s, i) => words.Reason(invented[compositions.Length + i].Name, s)),
        ];
        return new()
        {
            Name = name,
            Summary = Known[name],
            Classes = classes,
            Words = new Vocabulary(invented),
            Reasons = name == "reason" ? new ReasonSet(ReasonKind.Generic, entries) : null,
            ImageReasons = name == "image-reason" ? new ReasonSet(ReasonKind.Image, entries) : null,
            Filter = CompositionFilter.Seen,
        };
    }

    private static IEnumerable<VocabularyClass> PlainStuff() => SyntheticLexicon.Default.Stuff.Select(e => new VocabularyClass([e.Words[0]], false));

    private static ThingAttributes[] Compositions(ref SyntheticRandom random, CompositionFilter filter) => Families(
        ref random, [.. SyntheticClasses.EveryThing().Where(t => SyntheticSplits.IsHeldOut(t) == (filter == CompositionFilter.HeldOut))],
        [t => (int)t.Shape, t => t.Colour, t => (int)t.Surface]);

    private static ThingAttributes[] Pairs(ref SyntheticRandom random) => Families(
        ref random, [.. SyntheticClasses.EveryThing().Where(t => t.Surface == SurfaceKind.Plain && !SyntheticSplits.IsHeldOut(t))],
        [t => (int)t.Shape, t => t.Colour]);

    /// <summary>Draws families of near neighbours out of a pool.</summary>
    private static ThingAttributes[] Families(ref SyntheticRandom random, List<ThingAttributes> pool, Func<ThingAttributes, int>[] attributes)
    {
        var chosen = new List<ThingAttributes>();
        while (chosen.Count < CompositionCount)
        {
            // Families begin with shapes and colours that the list does not have yet, so that a list covers much of the world.
            var first = Take(ref random, pool, chosen, t => attributes[..2].Count(a => chosen.Exists(c => a(c) == a(t))) * -1);
            for (var k = 0; k < FamilySize - 1; k++)
            {
                var differing = attributes[k % attributes.Length];
                Take(ref random, pool, chosen, t =>
                    (2 * attributes.Count(a => a(t) == a(first))) - (differing(t) == differing(first) ? 3 : 0) - (chosen.Exists(c => differing(c) == differing(t)) ? 1 : 0));
            }
        }

        return [.. chosen];
    }

    /// <summary>Moves one of the best from the pool to the list.</summary>
    private static ThingAttributes Take(ref SyntheticRandom random, List<ThingAttributes> pool, List<ThingAttributes> chosen, Func<ThingAttributes, int> merit)
    {
        var best = pool.Max(merit);
        var candidates = pool.FindAll(t => merit(t) == best);
        var taken = candidates[random.Below(candidates.Count)];
        pool.Remove(taken);
        chosen.Add(taken);
        return taken;
    }
}
