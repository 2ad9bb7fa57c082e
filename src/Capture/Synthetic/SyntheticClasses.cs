using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// What the classes of a vocabulary are in the synthetic world. A class means what reasoning says of it, all its attributes together; without
/// reasoning, what its names say, any of them. A thing belongs to the class that fits and says most; of equals to the first.
/// </summary>
internal sealed class SyntheticClasses
{
    private static readonly int Colours = SyntheticLexicon.Default.Colours.Count;
    private static readonly int Surfaces = SyntheticLexicon.Default.Surfaces.Count;
    private readonly PhraseMeaning[][] _meanings;
    private readonly ushort[] _ofThing;
    private readonly ushort[] _ofStuff;
    private readonly bool _namesThings;

    /// <summary>Finds out what every class means.</summary>
    /// <param name="vocabulary">The classes.</param>
    /// <param name="reasons">Generic reasoning about them, or null.</param>
    /// <exception cref="InputException">A class means nothing that exists in the synthetic world.</exception>
    public SyntheticClasses(Vocabulary vocabulary, ReasonSet? reasons)
    {
        _meanings = [.. vocabulary.Classes.Select(c => MeaningsOf(c, reasons))];
        _ofThing = [.. EveryThing().Select(thing => Best(new SyntheticSegment(0, thing, null, 0, default)))];
        _ofStuff = [.. SyntheticLexicon.Default.Stuff.Select((_, i) => Best(new SyntheticSegment(0, null, (StuffKind)i, 0, default)))];
        _namesThings = _ofThing.Any(c => c != LabelledPicture.Ignored);
        var nothing = Enumerable.Range(0, vocabulary.Count).Where(c => !_ofThing.Contains((ushort)c) && !_ofStuff.Contains((ushort)c)).ToArray();
        if (nothing.Length > 0)
        {
            var name = vocabulary.Classes[nothing[0]].Name;
            throw new InputException(
                $"nothing in the synthetic world is a '{name}'{(nothing.Length > 1 ? $" ({nothing.Length} classes are nothing)" : "")}: "
                + "say what each class is in the lexicon's words with --classes, for example --classes \"red striped ball; grass\"");
        }
    }

    /// <summary>Every shape in every colour with every surface.</summary>
    public static IEnumerable<ThingAttributes> EveryThing() =>
        from shape in Enum.GetValues<ShapeKind>()
        from colour in Enumerable.Range(0, Colours)
        from surface in Enum.GetValues<SurfaceKind>()
        select new ThingAttributes(shape, colour, surface, SizeKind.Medium);

    /// <summary>The class of a segment, or <see cref="LabelledPicture.Ignored"/>.</summary>
    public ushort Of(SyntheticSegment segment) => segment.Thing is { } thing ? _ofThing[IndexOf(thing)] : _ofStuff[(int)segment.Stuff!.Value];

    /// <summary>True for things that belong to a class; for all things where no class is one.</summary>
    public bool Includes(ThingAttributes thing) => !_namesThings || _ofThing[IndexOf(thing)] != LabelledPicture.Ignored;

    private static int IndexOf(ThingAttributes thing) => ((((int)thing.Shape * Colours) + thing.Colour) * Surfaces) + (int)thing.Surface;

    private static PhraseMeaning[] MeaningsOf(VocabularyClass of, ReasonSet? reasons)
    {
        var lexicon = SyntheticLexicon.Default;
        if (reasons?.Find(of.Synonyms, ignoreCase: true) is { } entry)
        {
            var meaning = entry.Attributes.Select(lexicon.Parse).Aggregate(PhraseMeaning.Anything, (all, one) => all.And(one));
            if (meaning.Specificity > 0)
            {
                return [meaning];
            }
        }

        return [.. of.Synonyms.Select(lexicon.Parse)];
    }

    private ushort Best(SyntheticSegment segment)
    {
        var (best, specificity) = (LabelledPicture.Ignored, 0);
        for (var c = 0; c < _meanings.Length; c++)
        {
            foreach (var meaning in _meanings[c])
            {
                if (meaning.Specificity > specificity && meaning.IsTrueOf(segment))
                {
                    (best, specificity) = ((ushort)c, meaning.Specificity);
                }
            }
        }

        return best;
    }
}
