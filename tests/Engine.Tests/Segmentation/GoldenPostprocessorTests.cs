using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Segmentation;

/// <summary>From the reference's mask logits and class log-probabilities to its final maps (golden/maftplus).</summary>
public sealed class GoldenPostprocessorTests
{
    public static TheoryData<string, int> Cases => new()
    {
        { "tiny-linear", 1 }, { "tiny-linear", 2 }, { "tiny-linear", 3 }, { "tiny-mlp-pano", 1 }, { "tiny-mlp-pano", 2 }, { "tiny-mlp-pano", 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Semantic_scores_and_classes_agree(string model, int number)
    {
        using var golden = new Case(model, number);
        using var postprocessor = new Postprocessor(
            new PostprocessOptions { Resolution = OutputResolution.Frame, MasksBeforeScores = golden.PanopticOn });

        var scores = postprocessor.SemanticScores(golden.Output);
        var expected = golden.File.ReadFloats("sem_seg");
        Assert.Equal(expected.Length, scores.Length);
        Assert.True(expected.Zip(scores, (e, s) => Math.Abs(e - s)).Max() <= 5e-4);

        using var result = new SegmentationResultPool().Rent();
        postprocessor.Run(golden.Output, result);
        var pixels = golden.OutputHeight * golden.OutputWidth;
        Assert.Equal(pixels, result.Labels.Length);
        var differing = 0;
        for (var i = 0; i < pixels; i++)
        {
            var best = 0;
            for (var c = 1; c < golden.Classifier.Vocabulary.Count; c++)
            {
                best = expected[(c * pixels) + i] > expected[(best * pixels) + i] ? c : best;
            }

            differing += best == result.Labels[i] ? 0 : 1;
        }

        Assert.True(differing <= pixels * 0.0001, $"{differing} of {pixels} pixels differ");
    }

    [Theory]
    [InlineData("panoptic_seg", 1)]
    [InlineData("panoptic_seg_intended", 2)]
    [InlineData("panoptic_seg", 3)]
    public void Panoptic_segments_agree(string tensor, int number)
    {
        using var golden = new Case("tiny-mlp-pano", number);
        var thresholds = golden.Json.GetProperty("panoptic");
        using var postprocessor = new Postprocessor(new PostprocessOptions
        {
            Mode = SegmentationMode.Panoptic,
            Resolution = OutputResolution.Frame,
            ObjectMaskThreshold = thresholds.GetProperty("object_mask_threshold").GetSingle(),
            OverlapThreshold = thresholds.GetProperty("overlap_threshold").GetSingle(),
        });
        using var result = new SegmentationResultPool().Rent();

        postprocessor.Run(golden.Output, result);

        Assert.Equal(
            golden.Json.GetProperty("segments_info").EnumerateArray().Select(s =>
                (s.GetProperty("id").GetInt32(), s.GetProperty("category_id").GetInt32(), s.GetProperty("isthing").GetBoolean())),
            result.Segments.Select(s => (s.Id, s.ClassIndex, s.IsThing)));
        var expected = golden.File.Read<int>(tensor);
        var differing = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            differing += expected[i] == (ushort)(result.Labels[i] + 1) ? 0 : 1;
        }

        Assert.True(differing <= expected.Length * 0.0005, $"{differing} of {expected.Length} pixels differ");
    }

    private sealed class Case : IDisposable
    {
        private readonly float[] _masks;
        private readonly float[] _classes;
        private readonly ImageGeometry _geometry;

        public Case(string model, int number)
        {
            File = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
            Json = JsonDocument.Parse(System.IO.File.ReadAllText(Golden.Locate("maftplus", model, $"case-{number}.json"))).RootElement;
            PanopticOn = model.Contains("pano", StringComparison.Ordinal);
            var image = Json.GetProperty("image");
            var fed = ImageGeometry.Native(image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32());
            var size = File.Read<long>("output_size");
            (OutputHeight, OutputWidth) = ((int)size[0], (int)size[1]);
            _geometry = fed with { SourceWidth = OutputWidth, SourceHeight = OutputHeight };
            _masks = File.ReadFloats("pred_masks");
            _classes = File.ReadFloats("mask_cls");
            var things = Json.GetProperty("thing_class_ids").EnumerateArray().Select(e => e.GetInt32()).ToHashSet();
            var vocabulary = new Vocabulary(Json.GetProperty("classes").EnumerateArray()
                .Select((c, i) => new VocabularyClass(c.GetString()!.Split(", "), things.Contains(i))).ToArray());
            var rows = File.Read<long>("num_templates").Select(n => (int)n).ToArray();
            var reasons = number == 1 ? 1 : 3;
            var classIndex = File.Contains("class_index")
                ? File.Read<long>("class_index").Select(n => (int)n).ToArray() : Enumerable.Range(0, vocabulary.Count).ToArray();
            Classifier = new TextClassifier(
                vocabulary, 64, File.ReadFloats("text_classifier"), classIndex, reasons, TextClassifier.ReferenceGroups(rows, reasons));
        }

        public SafetensorsFile File { get; }

        public JsonElement Json { get; }

        public bool PanopticOn { get; }

        public int OutputWidth { get; }

        public int OutputHeight { get; }

        public TextClassifier Classifier { get; }

        public NetworkOutput Output => new(_masks, _classes, 20, _geometry, Classifier);

        public void Dispose() => File.Dispose();
    }
}
