using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Tests.Capture;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Datasets;

/// <summary>Datasets and predictions at fault: every fault is named, counted and left out, never scored.</summary>
public sealed class BadDatasetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public BadDatasetTests()
    {
        LabelFiles.Text(_folder["classes.txt"], "a\nb\nc\n");
        foreach (var name in new[] { "good", "nolabel", "size", "unknown", "badphoto", "badlabel", "colour", "good2" })
        {
            LabelFiles.Photo(_folder[$"images/{name}.png"], 4, 2);
            LabelFiles.Gray8(_folder[$"labels/{name}.png"], [0, 1, 2, 255, 0, 1, 2, 255], 4, 2);
            LabelFiles.Gray8(_folder[$"predicted/{name}.png"], [0, 1, 2, 0, 0, 1, 2, 255], 4, 2);
        }

        File.Delete(_folder["labels/nolabel.png"]);
        LabelFiles.Gray8(_folder["labels/size.png"], new byte[6], 3, 2);
        LabelFiles.Gray8(_folder["labels/unknown.png"], [0, 1, 2, 3, 0, 1, 2, 255], 4, 2);
        File.WriteAllText(_folder["images/badphoto.png"], "no picture");
        File.WriteAllBytes(_folder["labels/badlabel.png"], File.ReadAllBytes(_folder["labels/good.png"])[..40]);
        LabelFiles.Rgb(_folder["labels/colour.png"], new byte[24], 4, 2);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_fault_of_a_dataset_is_named_and_counted()
    {
        var scores = Score(_folder["predicted"]);
        Assert.Equal(2, scores.Frames);
        Assert.Equal(1.0, scores.Semantic.MeanIoU);
        Assert.Equal(["badlabel", "badphoto", "colour", "nolabel", "size", "unknown"], scores.Skipped.Select(s => s.Id));
        var reasons = scores.Skipped.ToDictionary(s => s.Id, s => s.Reason);
        Assert.All(reasons, r => Assert.Contains(r.Key + ".png", r.Value, StringComparison.Ordinal));
        Assert.Contains("missing", reasons["nolabel"], StringComparison.Ordinal);
        Assert.Contains("3x2", reasons["size"], StringComparison.Ordinal);
        Assert.Contains("unknown label 3", reasons["unknown"], StringComparison.Ordinal);
        Assert.Contains("one channel", reasons["colour"], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_of_predictions_is_named_and_counted()
    {
        foreach (var name in new[] { "nolabel", "size", "unknown", "badphoto", "badlabel", "colour" })
        {
            LabelFiles.Photo(_folder[$"images/{name}.png"], 4, 2);
            LabelFiles.Gray8(_folder[$"labels/{name}.png"], new byte[8], 4, 2);
        }

        File.Delete(_folder["predicted/nolabel.png"]);
        LabelFiles.Gray8(_folder["predicted/size.png"], new byte[2], 2, 1);
        LabelFiles.Gray8(_folder["predicted/unknown.png"], [0, 0, 0, 0, 0, 0, 0, 3], 4, 2);
        File.WriteAllText(_folder["predicted/badlabel.png"], "no picture");
        var scores = Score(_folder["predicted"]);
        Assert.Equal(["badlabel", "nolabel", "size", "unknown"], scores.Skipped.Select(s => s.Id).Order());
        Assert.Equal(4, scores.Frames);
    }

    [Theory]
    [InlineData("cityscape:DIR", "cityscapes")]
    [InlineData("DIR", "LAYOUT:DIR")]
    [InlineData("semantic:", "semantic:DIR")]
    [InlineData("semantic:DIR/nowhere", "classes.txt")]
    [InlineData("voc-20:DIR/nowhere", "nowhere")]
    [InlineData("ade20k-150:DIR", "annotations")]
    [InlineData("coco-panoptic:DIR", "panoptic_val2017.json")]
    [InlineData("synth:DIR", "attributes.json")]
    [InlineData("synthetic:1", "synthetic:SEED:COUNT")]
    [InlineData("synthetic:1:0", "synthetic:SEED:COUNT")]
    [InlineData("synthetic:x:5", "synthetic:SEED:COUNT")]
    [InlineData("synthetic:1:5:9000x20", "9000x20")]
    [InlineData("synthetic:1:5:64x64:0", "frames")]
    public void A_spec_at_fault_says_what_to_type(string spec, string mustName)
    {
        var error = Assert.Throws<InputException>(() => LabelledDatasets.Open(spec.Replace("DIR", _folder.Path, StringComparison.Ordinal)));
        Assert.Contains(mustName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_do_not_fit_the_classes_are_refused()
    {
        var two = VocabularyParser.Parse("a; b");
        Assert.Contains("2 classes", Refused($"semantic:{_folder.Path}", new() { Words = two }), StringComparison.Ordinal);
        Assert.Contains("--classes", Refused("synthetic:1:2", new() { Words = two, Classes = VocabularyParser.Parse("red ball") }), StringComparison.Ordinal);
        Assert.Contains("'zorb'", Refused("synthetic:1:2", new() { Words = VocabularyParser.Parse("zorb; ball") }), StringComparison.Ordinal);
        Assert.Contains("no protocol 'x'", Refused("synthetic:1:2", new() { Protocol = "x" }), StringComparison.Ordinal);
        Assert.Contains("--protocol", Refused("synthetic:1:2", new() { Protocol = "seen", Words = two }), StringComparison.Ordinal);
        Assert.Contains("on disk", Refused($"semantic:{_folder.Path}", new() { Protocol = "seen" }), StringComparison.Ordinal);
        Assert.Contains("--vocab", Refused($"semantic:{_folder.Path}", new() { Classes = two }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "panoptic.json")]
    [InlineData("[]", "panoptic.json")]
    [InlineData("""{"categories":[],"images":[],"annotations":[]}""", "no image")]
    [InlineData("""{"categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}],"images":[],"annotations":[]}""", "panoptic.json")]
    [InlineData("""{"categories":[{"id":1,"name":"a"}],"images":[{"id":1,"file_name":"../../etc/passwd"}],"annotations":[]}""", "leads outside")]
    [InlineData("""{"categories":[{"id":1,"name":"a"}],"images":[{"id":1,"file_name":"x.png"}],"annotations":[{"image_id":1,"file_name":"x.png","segments_info":[{"id":1,"category_id":9}]}]}""", "9")]
    public void An_annotation_file_at_fault_is_named(string json, string mustName)
    {
        LabelFiles.Text(_folder["panoptic.json"], json);
        Directory.CreateDirectory(_folder["panoptic"]);
        var error = Assert.Throws<InputException>(() => LabelledDatasets.Open($"coco-panoptic:{_folder.Path}"));
        Assert.Contains(mustName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_without_annotation_and_segments_without_entry_are_named()
    {
        LabelFiles.Text(_folder["panoptic.json"], """
            {"categories":[{"id":5,"name":"a","isthing":1}],"images":[{"id":1,"file_name":"good.png"},{"id":2,"file_name":"size.png"},{"id":3,"file_name":"good2.png"}],
             "annotations":[{"image_id":1,"file_name":"good.png","segments_info":[{"id":3,"category_id":5}]},{"image_id":3,"file_name":"good2.png","segments_info":[{"id":3,"category_id":5}]}]}
            """);
        LabelFiles.Ids(_folder["panoptic/good.png"], [3, 3, 0, 0, 3, 3, 0, 0], 4, 2);
        LabelFiles.Ids(_folder["panoptic/good2.png"], [3, 3, 0, 0, 3, 3, 0, 70000], 4, 2);
        var dataset = LabelledDatasets.Open($"coco-panoptic:{_folder.Path}");
        var scores = DatasetEvaluation.Run(
            dataset, p => new Prediction { Width = 4, Height = 2, Classes = new ushort[8], SegmentIds = p.SegmentIds, Segments = p.Segments },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((1, 1.0), (scores.Frames, scores.Panoptic.Quality));
        Assert.Equal(["good2.png", "size.png"], scores.Skipped.Select(s => s.Id));
        Assert.Contains("70000", scores.Skipped[0].Reason, StringComparison.Ordinal);
        Assert.Contains("no annotation", scores.Skipped[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_predictions_are_refused()
    {
        var dataset = LabelledDatasets.Open($"semantic:{_folder.Path}");
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains("no predictions", Assert.Throws<InputException>(() => new PredictionFolder(_folder["empty"], dataset)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", Assert.Throws<InputException>(() => new PredictionFolder(_folder["nowhere"], dataset)).Message, StringComparison.Ordinal);
        LabelFiles.Text(_folder["empty/panoptic.json"], "{ \"annotations\": [ {");
        Assert.Contains("panoptic.json", Assert.Throws<InputException>(() => new PredictionFolder(_folder["empty"], dataset)).Message, StringComparison.Ordinal);
    }

    private string Refused(string spec, LabelledDatasetOptions options) =>
        Assert.Throws<InputException>(() => LabelledDatasets.Open(spec, options)).Message;

    private EvaluationScores Score(string predicted)
    {
        var dataset = LabelledDatasets.Open($"semantic:{_folder.Path}");
        using var predictions = new PredictionFolder(predicted, dataset);
        return DatasetEvaluation.Run(dataset, predictions.Read, cancellationToken: TestContext.Current.CancellationToken);
    }
}
