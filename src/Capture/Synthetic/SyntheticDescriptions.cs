using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Words about things and stuff, drawn from the lexicon: plain ones, uncommon ones, descriptions for reasoning, and invented names.</summary>
internal sealed class SyntheticDescriptions(ulong seed)
{
    private static readonly string[] Onsets = "b bl br d dr f fl g gl gr k kr l m n p pl s sk sn t tr v w y z zw".Split(' ');
    private static readonly string[] Vowels = "a e i o u oo ee".Split(' ');
    private static readonly string[] Codas = "b g k m n p rb rk x nt".Split(' ');
    private readonly SyntheticLexicon _lexicon = SyntheticLexicon.Default;
    private readonly HashSet<string> _names = [];
    private SyntheticRandom _random = new(seed);

    /// <summary>"red striped ball", "plain red ball".</summary>
    public string Plain(ThingAttributes thing)
    {
        var (colour, shape) = (_lexicon.Colours[thing.Colour].Words[0], _lexicon.Shapes[(int)thing.Shape].Words[0]);
        var surface = _lexicon.Surfaces[(int)thing.Surface].Words[0];
        return thing.Surface == SurfaceKind.Plain ? $"{surface} {colour} {shape}" : $"{colour} {surface} {shape}";
    }

    /// <summary>Colour and shape in plain words: "red ball".</summary>
    public string PlainPair(ThingAttributes thing) => $"{_lexicon.Colours[thing.Colour].Words[0]} {_lexicon.Shapes[(int)thing.Shape].Words[0]}";

    /// <summary>Colour and shape in words that training never reads beside a picture: "crimson orb".</summary>
    public string UncommonPair(ThingAttributes thing) => $"{Any(_lexicon.Colours[thing.Colour].Thesaurus)} {Any(_lexicon.Shapes[(int)thing.Shape].Thesaurus)}";

    /// <summary>A word for stuff that training never reads beside a picture.</summary>
    public string Uncommon(StuffKind stuff) => Any(_lexicon.Stuff[(int)stuff].Thesaurus);

    /// <summary>A pronounceable name that means nothing and was not given before: "zwoglark".</summary>
    public string InventedName()
    {
        string name;
        do
        {
            name = Any(Onsets) + Any(Vowels) + Any(Onsets) + Any(Vowels) + Any(Codas);
        }
        while (_lexicon.Parse(name).Specificity > 0 || !_names.Add(name));
        return name;
    }

    /// <summary>What a thing looks like, said three times in different words: "a red colour and stripes and five points".</summary>
    public ReasonEntry Reason(string name, ThingAttributes thing) => new(name, [.. Enumerable.Range(0, 3).Select(_ => Describe(thing))]);

    /// <summary>What stuff looks like.</summary>
    public ReasonEntry Reason(string name, StuffKind stuff)
    {
        var phrases = _lexicon.Stuff[(int)stuff].Phrases;
        return new(name, [.. phrases, string.Join(" and ", phrases)]);
    }

    private string Describe(ThingAttributes thing)
    {
        var colour = string.Format(Any(["a {0} colour", "{0} colour", "a {0} surface", "a {0} body"]), _lexicon.Colours[thing.Colour].Words[0]);
        var surface = Any(_lexicon.Surfaces[(int)thing.Surface].Phrases);
        var id = _lexicon.Shapes[(int)thing.Shape].Id;

        // A description that fits several shapes ("a pointed top") would leave open which one is meant.
        var shape = Any([.. _lexicon.ShapePhrases.Where(p => p.Shapes.Count == 1 && p.Shapes[0] == id).Select(p => p.Text)]);
        string[] parts = [colour, surface, shape];
        var first = _random.Below(3);
        return $"{parts[first]} and {parts[(first + 1) % 3]} and {parts[(first + 2) % 3]}";
    }

    private string Any(IReadOnlyList<string> choices) => choices[_random.Below(choices.Count)];
}
