using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

/// <summary>From the recorded class lists and reasoning to the recorded prompts, ids and classifiers, with recorded text features.</summary>
public sealed class TextClassifierParityTests
{
    private const float Tolerance = 5e-6f;

    [Theory]
    [InlineData("tiny-linear", 1)]
    [InlineData("tiny-linear", 2)]
    [InlineData("tiny-linear", 3)]
    [InlineData("tiny-mlp-pano", 1)]
    [InlineData("tiny-mlp-pano", 2)]
    [InlineData("tiny-mlp-pano", 3)]
    public void ReferenceEnsembleReproducesTheReference(string model, int number)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Golden.Locate("maftplus", model, $"case-{number}.json")));
        using var tensors = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
        using var encoder = GoldenEncoder.FromCase(tensors);
        var vocabulary = VocabularyOf(golden.RootElement);
        var options = new TextClassifierOptions { Reasons = ReasonsOf(model, number), Ensemble = TextEnsemble.Reference };

        var prompts = ClassifierPlan.Make(vocabulary, options, null).Prompts.SelectMany(p => p.Sentences()).ToList();
        Assert.Equal(golden.RootElement.GetProperty("prompts").EnumerateArray().Select(p => p.GetString()), prompts);
        Assert.Equal(tensors.Read<long>("token_ids"), Merges.Tokenizer.Encode(prompts, 77).Select(id => (long)id));

        var classifier = new TextClassifierBuilder(encoder, Merges.Tokenizer).Build(vocabulary, options);
        AssertClose(tensors.ReadFloats("text_classifier"), classifier.Embeddings);
        var counts = tensors.Read<long>("num_templates").Select(n => (int)n).ToArray();
        Assert.Equal(options.Reasons is null ? 1 : 3, classifier.ReasonCount);
        Assert.Equal(TextClassifier.ReferenceGroups(counts, classifier.ReasonCount), classifier.Groups);
        var classes = tensors.Contains("class_index") ? tensors.Read<long>("class_index") : [.. Enumerable.Range(0, counts.Length).Select(i => (long)i)];
        Assert.Equal(classes, classifier.ClassIndex.Select(i => (long)i));
    }

    [Theory]
    [InlineData("tiny-linear", 2)]
    [InlineData("tiny-linear", 3)]
    [InlineData("tiny-mlp-pano", 2)]
    [InlineData("tiny-mlp-pano", 3)]
    public void PerReasonEnsembleAveragesEachReasonByItself(string model, int number)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Golden.Locate("maftplus", model, $"case-{number}.json")));
        using var tensors = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
        using var encoder = GoldenEncoder.FromCase(tensors);
        var vocabulary = VocabularyOf(golden.RootElement);
        var classifier = new TextClassifierBuilder(encoder, Merges.Tokenizer)
            .Build(vocabulary, new TextClassifierOptions { Reasons = ReasonsOf(model, number) });
        AssertClose(tensors.ReadFloats("text_classifier_per_reason"), classifier.Embeddings);

        // Rows lie as (class, name, reason): the group of a reason takes every third row of its class.
        var first = 0;
        for (var t = 0; t < classifier.ClassIndex.Length; t++)
        {
            var names = vocabulary.Classes[classifier.ClassIndex[t]].Synonyms.Count;
            for (var r = 0; r < 3; r++)
            {
                Assert.Equal(Enumerable.Range(0, names).Select(n => first + (3 * n) + r), classifier.Groups[(t * 3) + r]);
            }

            first += 3 * names;
        }

        Assert.Equal(classifier.RowCount, first);
    }

    [Fact]
    public void SedFeaturesAveragePerTemplate()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Golden.Locate("sed", "vocabulary.json")));
        using var tensors = SafetensorsFile.Open(Golden.Locate("sed", "text.safetensors"));
        using var encoder = new GoldenEncoder(tensors.Read<int>("token_ids"), tensors.ReadFloats("encode_text"), tensors["encode_text"].Shape[1]);
        Assert.Equal(golden.RootElement.GetProperty("templates").EnumerateArray().Select(t => t.GetString()), PromptTemplates.ImageNet.Formats);
        var vocabulary = VocabularyOf(golden.RootElement);
        var prompts = vocabulary.Classes.Select(c => new ClassPrompts(PromptTemplates.ImageNet, c.Synonyms, [], PromptOrder.RowPerTemplate));
        var ids = Merges.Tokenizer.Encode([.. prompts.SelectMany(p => p.Sentences())], 77);
        Assert.Equal(tensors.Read<int>("token_ids"), ids);

        var features = SedClassifier.Build(vocabulary, PromptTemplates.ImageNet, encoder, Merges.Tokenizer);
        Assert.All(features.Groups, group => Assert.Equal(80, group.Length));
        AssertClose(tensors.ReadFloats("text_features_tpc"), features.Embeddings);
    }

    internal static Vocabulary VocabularyOf(JsonElement golden) =>
        VocabularyParser.Parse(string.Join(';', golden.GetProperty("classes").EnumerateArray().Select(c => c.GetString())));

    internal static ReasonSet? ReasonsOf(string model, int number) =>
        number == 1 ? null : ReasonFile.Read(Golden.Locate("maftplus", model, $"case-{number}.reason.json"));

    internal static void AssertClose(float[] expected, float[] actual, float tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= tolerance, $"value {i} is {actual[i]}, expected {expected[i]}");
        }
    }
}
