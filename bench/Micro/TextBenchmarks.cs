using BenchmarkDotNet.Attributes;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>Sentences to token ids, and a vocabulary of 150 classes out of the embedding cache.</summary>
public class TextBenchmarks
{
    private readonly string _words = string.Join("; ", Enumerable.Range(1, 150).Select(i => $"thing number {i}"));
    private SegmentationModel? _model;

    [GlobalSetup]
    public void Setup()
    {
        _model = SegmentationModel.Open("demo");
        _model.Embed(_words);
    }

    [GlobalCleanup]
    public void Cleanup() => _model?.Dispose();

    [Benchmark]
    public int[] Tokenize() => _model!.Tokenizer.Encode(["a photo of a green bicycle that has a basket and two chrome wheels in the scene."], 77);

    [Benchmark]
    public TextClassifier CachedVocabulary() => _model!.Embed(_words);
}
