using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Tests.Inference;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

/// <summary>The whole way: recorded class lists and reasoning, tokenizer, text tower, ensembles, cache.</summary>
public sealed class TextTowerParityTests : IDisposable
{
    private const float Tolerance = 5e-6f;

    private readonly string _folder = Directory.CreateTempSubdirectory("segr-tower-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(GoldenModel.Linear, 1)]
    [InlineData(GoldenModel.Linear, 2)]
    [InlineData(GoldenModel.Linear, 3)]
    [InlineData(GoldenModel.Panoptic, 1)]
    [InlineData(GoldenModel.Panoptic, 2)]
    [InlineData(GoldenModel.Panoptic, 3)]
    public void WordsBecomeTheReferenceClassifier(string model, int number)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Golden.Locate("maftplus", model, $"case-{number}.json")));
        using var tensors = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
        using var encoder = new MaftPlusModel(GoldenModel.Get(model), Sessions.Create()).CreateTextEncoder();
        var vocabulary = TextClassifierParityTests.VocabularyOf(golden.RootElement);
        var options = new TextClassifierOptions { Reasons = TextClassifierParityTests.ReasonsOf(model, number) };
        var builder = new TextClassifierBuilder(encoder, Merges.Tokenizer, new EmbeddingCache(_folder));
        foreach (var ensemble in Enum.GetValues<TextEnsemble>())
        {
            var expected = tensors.ReadFloats(
                ensemble == TextEnsemble.PerReason && options.Reasons is not null ? "text_classifier_per_reason" : "text_classifier");
            var computed = builder.Build(vocabulary, options with { Ensemble = ensemble });
            var cached = builder.Build(vocabulary, options with { Ensemble = ensemble });
            TextClassifierParityTests.AssertClose(expected, computed.Embeddings, Tolerance);
            Assert.Equal(computed.Embeddings, cached.Embeddings);
        }
    }

    [Fact]
    public void SentencesBecomeTheReferenceFeatures()
    {
        using var tensors = SafetensorsFile.Open(Golden.Locate("maftplus", "encode_text.safetensors"));
        using var encoder = new MaftPlusModel(GoldenModel.Get(GoldenModel.Linear), Sessions.Create()).CreateTextEncoder();
        var path = Path.Combine(_folder, "sentences.safetensors");
        new SentenceEmbedder(encoder, Merges.Tokenizer).Dump(SentenceEmbedder.Read(Golden.Locate("maftplus", "encode_text.json")), path);
        using var dump = SafetensorsFile.Open(path);
        Assert.Equal(tensors.Read<long>("token_ids"), dump.Read<long>("token_ids"));
        TextClassifierParityTests.AssertClose(tensors.ReadFloats("text_features"), dump.ReadFloats("text_features"), 5e-5f);
    }
}
