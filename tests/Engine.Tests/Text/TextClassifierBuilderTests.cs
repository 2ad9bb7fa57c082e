using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

public sealed class TextClassifierBuilderTests
{
    private static readonly Vocabulary Words = VocabularyParser.Parse("person, child; sky; dog, puppy; unknown, x");

    private static readonly ReasonSet Generic = new(ReasonKind.Generic,
    [
        new ReasonEntry("Dog", ["fur", "a tail"]),
        new ReasonEntry("child", ["a head", "arms", "legs", "clothes"]),
    ]);

    [Fact]
    public void PlainNamesHaveOneRowEachWhateverTheEnsemble()
    {
        using var encoder = new FakeEncoder();
        var builder = new TextClassifierBuilder(encoder, Merges.Tokenizer);
        var perReason = builder.Build(Words, new TextClassifierOptions());
        Assert.Equal(7 * 14, encoder.Rows);
        Assert.Equal([0, 1, 2, 3], perReason.ClassIndex);
        Assert.Equal(1, perReason.ReasonCount);
        Assert.Equal([[0, 1], [2], [3, 4], [5, 6]], perReason.Groups);
        var reference = builder.Build(Words, new TextClassifierOptions { Ensemble = TextEnsemble.Reference });
        Assert.Equal(perReason.Embeddings, reference.Embeddings);
        Assert.Equal(perReason.Groups, reference.Groups);
    }

    [Fact]
    public void ClassesWithoutGenericReasonsKeepTheirBareNamesUnderEveryReason()
    {
        using var encoder = new FakeEncoder();
        var warnings = new List<string>();
        var classifier = new TextClassifierBuilder(encoder, Merges.Tokenizer)
            .Build(Words, new TextClassifierOptions { Reasons = Generic, ReasonCount = 3 }, warn: warnings.Add);
        Assert.Equal([0, 1, 2, 3], classifier.ClassIndex);
        Assert.Equal(6 + 1 + 6 + 2, classifier.RowCount);
        int[][] expected = [[0, 3], [1, 4], [2, 5], [6], [6], [6], [7, 10], [8, 11], [9, 12], [13, 14], [13, 14], [13, 14]];
        Assert.Equal(expected, classifier.Groups);
        Assert.Contains("2 of 4 classes ('sky', 'unknown')", Assert.Single(warnings));

        // Two attributes serve three reasons in turn.
        Assert.Equal(classifier.Embeddings[(7 * 16)..(8 * 16)], classifier.Embeddings[(9 * 16)..(10 * 16)]);
    }

    [Fact]
    public void TheReferenceEnsembleForgetsWhichClassesItLeftOut()
    {
        using var encoder = new FakeEncoder();
        var reasons = new ReasonSet(ReasonKind.Generic, [new ReasonEntry("dog", ["fur"]), new ReasonEntry("x", ["y"])]);
        var classifier = new TextClassifierBuilder(encoder, Merges.Tokenizer)
            .Build(Words, new TextClassifierOptions { Reasons = reasons, ReasonCount = 2, Ensemble = TextEnsemble.Reference });
        Assert.Equal([0, 1], classifier.ClassIndex);
        Assert.Equal([[0, 1], [2, 3], [4, 5], [6, 7]], classifier.Groups);
    }

    [Theory]
    [InlineData(TextEnsemble.PerReason)]
    [InlineData(TextEnsemble.Reference)]
    public void ImageReasonsSayWhichClassesAreThere(TextEnsemble ensemble)
    {
        using var encoder = new FakeEncoder();
        var reasons = new ReasonSet(ReasonKind.Image, [new ReasonEntry("puppy", ["brown fur"]), new ReasonEntry("sky", ["grey"])]);
        var classifier = new TextClassifierBuilder(encoder, Merges.Tokenizer)
            .Build(Words, new TextClassifierOptions { Reasons = reasons, ReasonCount = 1, Ensemble = ensemble });
        Assert.Equal([1, 2], classifier.ClassIndex);
        Assert.Equal([[0], [1, 2]], classifier.Groups);
    }

    [Fact]
    public void RefusesWhatCannotBeEmbedded()
    {
        using var encoder = new FakeEncoder();
        var builder = new TextClassifierBuilder(encoder, Merges.Tokenizer);
        Assert.Throws<InputException>(() => builder.Build(Vocabulary.Empty, new TextClassifierOptions()));
        var reasons = new ReasonSet(ReasonKind.Generic, [new ReasonEntry("cat", ["fur"])]);
        Assert.Contains("none of the vocabulary's classes", Assert.Throws<InputException>(
            () => builder.Build(Words, new TextClassifierOptions { Reasons = reasons, Ensemble = TextEnsemble.Reference })).Message);
        Assert.Throws<InputException>(() => new TextClassifierOptions { ReasonCount = 0 });
        Assert.Throws<InputException>(() => PromptTemplates.Named("other"));
        using var zero = new ConstantEncoder(0);
        Assert.Throws<ModelException>(() => new TextClassifierBuilder(zero, Merges.Tokenizer).Build(Words, new TextClassifierOptions()));
        using var nan = new ConstantEncoder(float.NaN);
        Assert.Throws<ModelException>(() => new TextClassifierBuilder(nan, Merges.Tokenizer).Build(Words, new TextClassifierOptions()));
    }

    [Fact]
    public void ReportsProgressAndStopsWhenCancelled()
    {
        using var encoder = new FakeEncoder();
        var vocabulary = VocabularyParser.Parse(string.Join(';', Enumerable.Range(0, 400).Select(i => $"thing {i}")));
        var seen = new Recorder();
        new TextClassifierBuilder(encoder, Merges.Tokenizer).Build(vocabulary, new TextClassifierOptions(), seen);
        Assert.Equal(new EmbeddingProgress(5600, 5600), seen.Reports[^1]);
        Assert.True(seen.Reports.Count > 2);
        Assert.Equal(seen.Reports.Select(r => r.Done).Order(), seen.Reports.Select(r => r.Done));

        using var source = new CancellationTokenSource();
        encoder.Before = source.Cancel;
        Assert.Throws<OperationCanceledException>(
            () => new TextClassifierBuilder(encoder, Merges.Tokenizer).Build(vocabulary, new TextClassifierOptions(), cancellationToken: source.Token));
    }

    [Fact]
    public void SedRowsAreUnitAveragesOverNames()
    {
        using var encoder = new FakeEncoder();
        var features = SedClassifier.Build(Words, PromptTemplates.Vild, encoder, Merges.Tokenizer);
        Assert.Equal(4 * 14 * 16, features.Embeddings.Length);
        Assert.Equal(7 * 14, encoder.Rows);
        for (var row = 0; row < 4 * 14; row++)
        {
            Assert.Equal(1, EmbeddingMath.SquaredNorm(features.Embeddings.AsSpan(row * 16, 16)), 1e-5);
        }
    }

    private sealed class Recorder : IProgress<EmbeddingProgress>
    {
        public List<EmbeddingProgress> Reports { get; } = [];

        public void Report(EmbeddingProgress value) => Reports.Add(value);
    }

    private sealed class ConstantEncoder(float value) : ITextEncoder
    {
        public int Dimension => 4;

        public int ContextLength => 77;

        public string Fingerprint => "constant";

        public void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken) =>
            features.Fill(value);

        public void Dispose()
        {
        }
    }
}
