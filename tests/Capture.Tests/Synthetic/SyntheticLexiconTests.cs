using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Synthetic;

public class SyntheticLexiconTests
{
    private static readonly SyntheticLexicon Lexicon = SyntheticLexicon.Default;

    [Fact]
    public void The_lexicon_matches_the_enumerations()
    {
        Assert.Equal(Enum.GetNames<ShapeKind>(), Lexicon.Shapes.Select(e => e.Id), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Enum.GetNames<SurfaceKind>(), Lexicon.Surfaces.Select(e => e.Id), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Enum.GetNames<StuffKind>(), Lexicon.Stuff.Select(e => e.Id.Replace(" ", "")), StringComparer.OrdinalIgnoreCase);
        Assert.All(Lexicon.Colours, e => Assert.Equal(3, e.Rgb.Count));
        var words = Lexicon.Shapes.Concat(Lexicon.Colours).Concat(Lexicon.Surfaces).Concat(Lexicon.Stuff).SelectMany(e => e.Words.Concat(e.Thesaurus)).ToList();
        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(Lexicon.ShapePhrases, p => Assert.All(p.Shapes, id => Assert.Contains(Lexicon.Shapes, s => s.Id == id)));
    }

    [Theory]
    [InlineData("crimson disc", "red", null, "disc")]
    [InlineData("Striped red ball", "red", "striped", "ball")]
    [InlineData("balls", null, null, "ball")]
    [InlineData("zorb that has red stripes and a star shape", "red", "striped", "star")]
    [InlineData("gleep that has six square faces, wood grain", null, "wooden", "cube")]
    [InlineData("snow white party hat", "white", null, "cone")]
    public void Phrases_of_things_are_understood(string phrase, string? colour, string? surface, string shape)
    {
        var meaning = Lexicon.Parse(phrase);
        Assert.Equal(Bit(Lexicon.Shapes, shape), meaning.Shapes);
        Assert.Equal(Bit(Lexicon.Colours, colour), meaning.Colours);
        Assert.Equal(Bit(Lexicon.Surfaces, surface), meaning.Surfaces);
        Assert.Equal(uint.MaxValue, meaning.Stuff);
    }

    [Theory]
    [InlineData("brick wall", StuffKind.BrickWall)]
    [InlineData("a meadow", StuffKind.Grass)]
    [InlineData("paving stones", StuffKind.Paving)]
    [InlineData("the hardwood floor", StuffKind.WoodFloor)]
    public void Phrases_of_stuff_are_understood(string phrase, StuffKind kind)
    {
        var meaning = Lexicon.Parse(phrase);
        Assert.True(meaning.IsTrueOf(Stuff(kind)));
        Assert.Equal(1, System.Numerics.BitOperations.PopCount(meaning.Stuff));
        Assert.Equal(1, meaning.Specificity);
    }

    [Fact]
    public void Unknown_words_say_nothing()
    {
        var meaning = Lexicon.Parse("zorb");
        Assert.Equal(0, meaning.Specificity);
        Assert.False(meaning.IsTrueOf(Thing(ShapeKind.Ball, 0, SurfaceKind.Plain)));
    }

    [Fact]
    public void The_most_specific_true_class_wins()
    {
        var vocabulary = Words("ball", "red ball", "zorb", "grass, lawn", "red thing");
        Assert.Equal(1, Lexicon.BestClass(vocabulary, Thing(ShapeKind.Ball, 0, SurfaceKind.Plain)));
        Assert.Equal(0, Lexicon.BestClass(vocabulary, Thing(ShapeKind.Ball, 3, SurfaceKind.Plain)));
        Assert.Equal(4, Lexicon.BestClass(vocabulary, Thing(ShapeKind.Cube, 0, SurfaceKind.Plain)));
        Assert.Equal(3, Lexicon.BestClass(vocabulary, Stuff(StuffKind.Grass)));
        Assert.Equal(SegmentationResult.Void, Lexicon.BestClass(vocabulary, Stuff(StuffKind.Sky)));
    }

    [Fact]
    public void Labels_translate_to_a_vocabulary()
    {
        var truth = new SyntheticFrame();
        new SyntheticScene(11, 80, 60).Draw(0, new Pipeline.FrameFormat(80, 60), new byte[80 * 60 * 3], truth);
        var vocabulary = new Vocabulary([.. truth.Segments.Select(s => new VocabularyClass([Lexicon.Describe(s)], s.IsThing)).DistinctBy(c => c.Name)]);
        var classes = new ushort[80 * 60];
        truth.ToSemantic(vocabulary, classes);
        for (var i = 0; i < classes.Length; i++)
        {
            var segment = truth.Segments.Single(s => s.Id == truth.Labels[i]);
            Assert.True(Lexicon.Parse(vocabulary.Classes[classes[i]].Name).IsTrueOf(segment));
        }
    }

    [Fact]
    public void Descriptions_are_understood_as_what_they_describe()
    {
        for (var shape = 0; shape < Lexicon.Shapes.Count; shape++)
        {
            for (var colour = 0; colour < Lexicon.Colours.Count; colour++)
            {
                var thing = Thing((ShapeKind)shape, colour, SurfaceKind.Dotted);
                var meaning = Lexicon.Parse(Lexicon.Describe(thing));
                Assert.Equal(3, meaning.Specificity);
                Assert.True(meaning.IsTrueOf(thing));
            }
        }
    }

    private static uint Bit(IReadOnlyList<LexiconEntry> entries, string? id) => id is null ? uint.MaxValue : 1u << entries.ToList().FindIndex(e => e.Id == id);

    private static SyntheticSegment Thing(ShapeKind shape, int colour, SurfaceKind surface) =>
        new(32, new ThingAttributes(shape, colour, surface, SizeKind.Medium), null, 1, default);

    private static SyntheticSegment Stuff(StuffKind kind) => new((byte)kind, null, kind, 1, default);

    private static Vocabulary Words(params string[] classes) => new([.. classes.Select(c => new VocabularyClass(c.Split(", "), true))]);
}
