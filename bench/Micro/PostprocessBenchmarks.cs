using BenchmarkDotNet.Attributes;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>From mask logits and class probabilities to masks: 100 queries at 640x384, an eighth of which say anything, as in trained models.</summary>
public class PostprocessBenchmarks
{
    private const int Queries = 100;
    private readonly ImageGeometry _geometry = ImageGeometry.FitInside(1280, 720, 640, 384);
    private float[] _masks = [];
    private float[] _classes = [];
    private TextClassifier? _classifier;
    private Postprocessor? _postprocessor;
    private SegmentationResult? _result;

    [Params(20, 150)]
    public int Classes { get; set; }

    [Params(SegmentationMode.Semantic, SegmentationMode.Panoptic, SegmentationMode.Instance)]
    public SegmentationMode Mode { get; set; }

    [Params(OutputResolution.Stride4, OutputResolution.Frame)]
    public OutputResolution Resolution { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _masks = Enumerable.Range(0, Queries * _geometry.MaskWidth * _geometry.MaskHeight).Select(_ => (float)((random.NextDouble() * 12) - 8)).ToArray();
        _classes = new float[Queries * (Classes + 1)];
        for (var q = 0; q < Queries; q++)
        {
            for (var c = 0; c <= Classes; c++)
            {
                var probability = q % 8 == 0 ? (c == q % Classes ? 0.9f : 0.1f / Classes) : c == Classes ? 1f : 0f;
                _classes[(q * (Classes + 1)) + c] = MathF.Log(probability + 1e-8f);
            }
        }

        var vocabulary = new Vocabulary(Enumerable.Range(0, Classes).Select(i => new VocabularyClass([$"class {i}"], i % 2 == 0)).ToArray());
        _classifier = new TextClassifier(
            vocabulary, 1, new float[Classes], Enumerable.Range(0, Classes).ToArray(), 1,
            TextClassifier.ReferenceGroups(Enumerable.Repeat(1, Classes).ToArray(), 1));
        _postprocessor = new Postprocessor(new PostprocessOptions { Mode = Mode, Resolution = Resolution });
        _result = new SegmentationResultPool().Rent();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _postprocessor?.Dispose();
        _result?.Dispose();
    }

    [Benchmark]
    public void Postprocess() => _postprocessor!.Run(new NetworkOutput(_masks, _classes, Queries, _geometry, _classifier!), _result!);
}
