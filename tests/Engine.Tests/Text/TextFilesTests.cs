using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

public sealed class TextFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-textfiles-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ClassifiersAreReadAsTheReferenceLaysThemOut()
    {
        var vocabulary = VocabularyParser.Parse("a, b; c");
        var path = Save(NamedTensor.From("text_classifier", Unit(3), 3, 4), NamedTensor.From("num_templates", [2L, 1L], 2));
        var classifier = TextClassifierFile.Read(path, vocabulary);
        Assert.Equal([[0, 1], [2]], classifier.Groups);
        Assert.Equal(1, classifier.ReasonCount);
        Assert.Equal([0, 1], classifier.ClassIndex);
        Assert.Equal(Unit(3), classifier.Embeddings);
        Assert.Equal(["class 0", "class 1"], TextClassifierFile.Read(path, null).Vocabulary.Classes.Select(c => c.Name));

        path = Save(
            NamedTensor.From("text_classifier", Unit(9), 9, 4), NamedTensor.From("num_templates", [6L, 3L], 2),
            NamedTensor.From("num_reasons", [3L]), NamedTensor.From("class_index", [4L, 2L], 2));
        classifier = TextClassifierFile.Read(path, VocabularyParser.Parse("a;b;c;d;e"));
        Assert.Equal([[0, 1], [2, 3], [4, 5], [6], [7], [8]], classifier.Groups);
        Assert.Equal([4, 2], classifier.ClassIndex);
    }

    [Fact]
    public void WrittenClassifiersMeanTheSameWhenReadBack()
    {
        using var encoder = new FakeEncoder();
        var reasons = new ReasonSet(ReasonKind.Generic, [new ReasonEntry("dog", ["fur", "a tail"])]);
        var vocabulary = VocabularyParser.Parse("dog, puppy; sky; cat, kitten");
        foreach (var options in new[] { new TextClassifierOptions(), new TextClassifierOptions { Reasons = reasons, ReasonCount = 2 } })
        {
            var classifier = new TextClassifierBuilder(encoder, Merges.Tokenizer).Build(vocabulary, options);
            var path = Path.Combine(_folder, "written.safetensors");
            TextClassifierFile.Write(path, classifier);
            var read = TextClassifierFile.Read(path, vocabulary);
            Assert.Equal(classifier.ReasonCount, read.ReasonCount);
            Assert.Equal(classifier.ClassIndex, read.ClassIndex);
            Assert.Equal(Competing(classifier), Competing(read));
        }
    }

    [Fact]
    public void RefusesClassifiersThatContradictThemselves()
    {
        var rows = NamedTensor.From("text_classifier", Unit(3), 3, 4);
        var counts = NamedTensor.From("num_templates", [2L, 1L], 2);
        Assert.Contains("does not fit", Error(null, rows, NamedTensor.From("num_templates", [2L, 2L], 2)));
        Assert.Contains("num_templates must be", Error(null, rows, NamedTensor.From("num_templates", [3L, 0L], 2)));
        Assert.Contains("num_templates must be", Error(null, rows, NamedTensor.From("num_templates", [long.MaxValue, 1L], 2)));
        Assert.Contains("does not fit", Error(null, rows, counts, NamedTensor.From("num_reasons", [2L])));
        Assert.Contains("num_reasons must be", Error(null, rows, counts, NamedTensor.From("num_reasons", [0L])));
        Assert.Contains("do not fit a vocabulary of 3", Error("a;b;c", rows, counts));
        Assert.Contains("do not fit a vocabulary of 2", Error("a;b", rows, counts, NamedTensor.From("class_index", [0L, 2L], 2)));
        Assert.Contains("do not fit", Error(null, rows, counts, NamedTensor.From("class_index", [1L, 1L], 2)));
        Assert.Contains("[rows, dimension]", Error(null, NamedTensor.From("text_classifier", Unit(3), 12), counts));
        Assert.Contains("no tensor 'num_templates'", Error(null, rows));
        Assert.Contains("element type", Error(null, rows, NamedTensor.From("num_templates", [2, 1], 2)));
        Assert.Contains("not finite", Error(null, NamedTensor.From("text_classifier", new float[] { 1, 0, float.NaN, 0 }, 1, 4), NamedTensor.From("num_templates", [1L], 1)));
    }

    [Theory]
    [InlineData("plain.txt", "a dog\r\n\n a  cat\u2028x\n", "a dog\r||" + " a  cat\u2028x")]
    [InlineData("no-end.txt", "a\nb", "a|b")]
    [InlineData("list.json", "[\"a\\nb\", \"\"]", "a\nb|")]
    [InlineData("lines.jsonl", "\"a\\u0000b\"\n\n{\"id\":1,\"text\":\"c|d\"}\n", "a\0b|c|d")]
    public void ReadsSentences(string name, string content, string expected) =>
        Assert.Equal(expected, string.Join('|', SentenceEmbedder.Read(Write(name, content))));

    [Theory]
    [InlineData("empty.txt", "", "is empty")]
    [InlineData("a.json", "{}", "not valid JSON")]
    [InlineData("b.json", "[null]", "not valid JSON")]
    [InlineData("c.jsonl", "\"a\"\n{\"id\":1}", "sentence 2")]
    [InlineData("d.jsonl", "\"a", "sentence 1")]
    public void RefusesMalformedSentences(string name, string content, string reason) =>
        Assert.Contains(reason, Assert.Throws<InputException>(() => SentenceEmbedder.Read(Write(name, content))).Message);

    [Fact]
    public void DumpsIdsAndFeatures()
    {
        using var encoder = new FakeEncoder();
        var path = Path.Combine(_folder, "dump.safetensors");
        new SentenceEmbedder(encoder, Merges.Tokenizer).Dump(["a photo of a dog.", ""], path);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal([2, 77], file["token_ids"].Shape);
        Assert.Equal([2, 16], file["text_features"].Shape);
        var ids = file.Read<long>("token_ids");
        Assert.Equal([49406L, 320, 1125, 539, 320, 1929, 269, 49407, 0], ids[..9]);
        Assert.Equal([49406L, 49407, 0], ids[77..80]);
        var features = new float[2 * 16];
        encoder.Encode(Array.ConvertAll(ids, id => (int)id), features, null, default);
        Assert.Equal(features, file.ReadFloats("text_features"));
    }

    [Fact]
    public void SentencesOfTheReferenceHaveItsFeatures()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", "encode_text.safetensors"));
        var sentences = SentenceEmbedder.Read(Golden.Locate("maftplus", "encode_text.json"));
        using var encoder = GoldenEncoder.FromCase(golden);
        var path = Path.Combine(_folder, "sentences.safetensors");
        new SentenceEmbedder(encoder, Merges.Tokenizer).Dump(sentences, path);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(golden.Read<long>("token_ids"), file.Read<long>("token_ids"));
    }

    private static float[] Unit(int rows)
    {
        var values = new float[rows * 4];
        for (var row = 0; row < rows; row++)
        {
            values[(row * 4) + (row % 4)] = 1;
        }

        return values;
    }

    private static IEnumerable<string> Competing(TextClassifier classifier) => classifier.Groups.Select(group =>
        string.Join(';', group.Select(row => string.Join(' ', classifier.Embeddings.AsSpan(row * classifier.Dimension, classifier.Dimension).ToArray()))));

    private string Error(string? words, params NamedTensor[] tensors)
    {
        var path = Save(tensors);
        var error = Assert.ThrowsAny<InputException>(() => TextClassifierFile.Read(path, words is null ? null : VocabularyParser.Parse(words)));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private string Save(params NamedTensor[] tensors)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.safetensors");
        SafetensorsWriter.Save(path, tensors);
        return path;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
