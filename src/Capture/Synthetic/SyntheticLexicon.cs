using System.Text.Json;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// The words of the synthetic world (lexicon.json, shared with the training recipe), and what they mean: from a phrase such as
/// "crimson striped disc" to the set of things that it is true of.
/// </summary>
public sealed class SyntheticLexicon
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };
    private static readonly Lazy<SyntheticLexicon> Instance = new(Load);
    private readonly List<(string[] Words, PhraseMeaning Meaning)> _terms = [];

    /// <summary>The lexicon of this build.</summary>
    public static SyntheticLexicon Default => Instance.Value;

    /// <summary>In the order of <see cref="ShapeKind"/>.</summary>
    public required IReadOnlyList<LexiconEntry> Shapes { get; init; }

    /// <summary>Colours; <see cref="ThingAttributes.Colour"/> is an index into this list.</summary>
    public required IReadOnlyList<LexiconEntry> Colours { get; init; }

    /// <summary>In the order of <see cref="SurfaceKind"/>.</summary>
    public required IReadOnlyList<LexiconEntry> Surfaces { get; init; }

    /// <summary>In the order of <see cref="StuffKind"/>.</summary>
    public required IReadOnlyList<LexiconEntry> Stuff { get; init; }

    /// <summary>Descriptions of shapes for reasoning.</summary>
    public required IReadOnlyList<LexiconPhrase> ShapePhrases { get; init; }

    /// <summary>What a phrase says: its known words are looked up, longest first; unknown words are ignored.</summary>
    public PhraseMeaning Parse(string phrase)
    {
        ArgumentNullException.ThrowIfNull(phrase);
        var words = phrase.ToLowerInvariant().Split([' ', ',', '.', ';', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var used = new bool[words.Length];
        var meaning = PhraseMeaning.Anything;
        foreach (var (term, termMeaning) in _terms)
        {
            for (var start = 0; start + term.Length <= words.Length; start++)
            {
                if (!used.AsSpan(start, term.Length).Contains(true) && words.AsSpan(start, term.Length).SequenceEqual(term))
                {
                    used.AsSpan(start, term.Length).Fill(true);
                    meaning = meaning.And(termMeaning);
                }
            }
        }

        return meaning;
    }

    /// <summary>Index of the most specific class that is true of a segment (the first of equals), or <see cref="SegmentationResult.Void"/>.</summary>
    public ushort BestClass(Vocabulary vocabulary, SyntheticSegment segment)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var best = SegmentationResult.Void;
        var specificity = 0;
        for (var i = 0; i < vocabulary.Count; i++)
        {
            foreach (var synonym in vocabulary.Classes[i].Synonyms)
            {
                var meaning = Parse(synonym);
                if (meaning.Specificity > specificity && meaning.IsTrueOf(segment))
                {
                    (best, specificity) = ((ushort)i, meaning.Specificity);
                }
            }
        }

        return best;
    }

    /// <summary>A plain caption of a segment, such as "red striped ball" or "grass".</summary>
    public string Describe(SyntheticSegment segment)
    {
        if (segment.Thing is not { } thing)
        {
            return Stuff[(int)segment.Stuff!.Value].Words[0];
        }

        var surface = thing.Surface == SurfaceKind.Plain ? "" : Surfaces[(int)thing.Surface].Words[0] + " ";
        return $"{Colours[thing.Colour].Words[0]} {surface}{Shapes[(int)thing.Shape].Words[0]}";
    }

    private static SyntheticLexicon Load()
    {
        using var stream = typeof(SyntheticLexicon).Assembly.GetManifestResourceStream("lexicon.json")
            ?? throw new SegrException("the synthetic lexicon is missing from the program: build it again");
        var lexicon = JsonSerializer.Deserialize<SyntheticLexicon>(stream, Options)!;
        lexicon.Index();
        return lexicon;
    }

    private void Index()
    {
        for (var i = 0; i < Shapes.Count; i++)
        {
            Add(Shapes[i], PhraseMeaning.Anything with { Shapes = 1u << i });
        }

        for (var i = 0; i < Colours.Count; i++)
        {
            Add(Colours[i], PhraseMeaning.Anything with { Colours = 1u << i });
        }

        for (var i = 0; i < Surfaces.Count; i++)
        {
            Add(Surfaces[i], PhraseMeaning.Anything with { Surfaces = 1u << i });
        }

        for (var i = 0; i < Stuff.Count; i++)
        {
            Add(Stuff[i], PhraseMeaning.Anything with { Stuff = 1u << i });
        }

        foreach (var phrase in ShapePhrases)
        {
            var shapes = 0u;
            foreach (var id in phrase.Shapes)
            {
                shapes |= 1u << Shapes.ToList().FindIndex(shape => shape.Id == id);
            }

            AddTerm(phrase.Text, PhraseMeaning.Anything with { Shapes = shapes });
        }

        // Longest terms first: "brick wall" before "wall", "wood floor" before "wood".
        _terms.Sort((a, b) => b.Words.Length.CompareTo(a.Words.Length));
    }

    private void Add(LexiconEntry entry, PhraseMeaning meaning)
    {
        foreach (var text in entry.Words.Concat(entry.Thesaurus).Concat(entry.Phrases))
        {
            AddTerm(text, meaning);
            if (!text.Contains(' ', StringComparison.Ordinal))
            {
                AddTerm(text + "s", meaning);
            }
        }
    }

    private void AddTerm(string text, PhraseMeaning meaning) => _terms.Add((text.ToLowerInvariant().Split(' '), meaning));
}
