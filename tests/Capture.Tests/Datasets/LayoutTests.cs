using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Tests.Capture;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Datasets;

/// <summary>The benchmarks' layouts: names, offsets and codings of labels.</summary>
public sealed class LayoutTests : IDisposable
{
    private const ushort None = LabelledPicture.Ignored;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ade20k_original_labels_begin_at_one()
    {
        LabelFiles.Photo(_folder["images/validation/ADE_val_1.jpg"], 4, 1);
        LabelFiles.Gray8(_folder["annotations/validation/ADE_val_1.png"], [0, 1, 150, 2], 4, 1);
        AssertClasses("ade20k-150", 150, "ADE_val_1", [None, 0, 149, 1]);
    }

    [Fact]
    public void Ade20k_full_has_16_bit_labels()
    {
        LabelFiles.Photo(_folder["images_detectron2/validation/x.jpg"], 3, 1);
        LabelFiles.Gray16(_folder["annotations_detectron2/validation/x.tif"], [846, 65535, 300], 3, 1);
        AssertClasses("ade20k-847", 847, "x", [846, None, 300]);
    }

    [Fact]
    public void Cityscapes_pairs_photos_and_train_ids_by_their_prefix()
    {
        LabelFiles.Photo(_folder["leftImg8bit/val/ulm/ulm_1_leftImg8bit.png"], 3, 1);
        LabelFiles.Gray8(_folder["gtFine/val/ulm/ulm_1_gtFine_labelTrainIds.png"], [18, 255, 0], 3, 1);
        AssertClasses("cityscapes", 19, "ulm/ulm_1", [18, None, 0]);
    }

    [Fact]
    public void Pascal_voc_labels_may_be_the_original_colours()
    {
        LabelFiles.Photo(_folder["JPEGImages/a.jpg"], 4, 1);
        LabelFiles.Photo(_folder["JPEGImages/of_another_split.jpg"], 4, 1);
        LabelFiles.Rgb(_folder["SegmentationClass/a.png"], [0, 0, 0, 128, 0, 0, 0, 64, 128, 224, 224, 192], 4, 1);
        var warnings = new List<string>();
        AssertClasses("voc-20", 20, "a", [None, 0, 19, None], warnings.Add);
        Assert.Contains("1 photos", Assert.Single(warnings), StringComparison.Ordinal);

        LabelFiles.Rgb(_folder["SegmentationClass/a.png"], [1, 2, 3, 128, 0, 0, 0, 64, 128, 224, 224, 192], 4, 1);
        var error = Assert.Throws<InputException>(() => LabelledDatasets.Open($"voc-20:{_folder.Path}").Read(0, new FramePool()));
        Assert.Contains("(1, 2, 3)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pascal-context-59", "annotations_detectron2/pc59_val/a.png", 59)]
    [InlineData("voc-20", "annotations_ovs/val/a.png", 20)]
    [InlineData("camvid", "labels/a.png", 11)]
    public void Converted_labels_begin_at_zero(string layout, string labels, int classes)
    {
        LabelFiles.Photo(_folder["images/a.jpg"], 3, 1);
        LabelFiles.Gray8(_folder[labels], [0, (byte)(classes - 1), 255], 3, 1);
        AssertClasses(layout, classes, "a", [0, (ushort)(classes - 1), None]);
    }

    [Fact]
    public void Pascal_context_459_ignores_its_own_value_too()
    {
        LabelFiles.Photo(_folder["images/a.jpg"], 3, 1);
        LabelFiles.Gray16(_folder["annotations_detectron2/pc459_val/a.tif"], [458, 459, 65535], 3, 1);
        AssertClasses("pascal-context-459", 459, "a", [458, None, None]);
    }

    [Fact]
    public void Coco_categories_become_indices_and_its_class_list_is_ours()
    {
        var list = File.ReadAllLines(Path.Combine(Golden.RepositoryRoot, "data", "classes", "coco-panoptic-133.ids.txt")).Where(l => l[0] != '#').ToArray();
        var categories = string.Join(',', list.Select((id, i) => $$"""{"id":{{id}},"name":"n{{i}}-merged","isthing":{{(i < 80 ? 1 : 0)}}}"""));
        LabelFiles.Photo(_folder["val2017/000000000139.jpg"], 2, 1);
        LabelFiles.Ids(_folder["panoptic_val2017/000000000139.png"], [3226956, 0], 2, 1);
        LabelFiles.Text(_folder["annotations/panoptic_val2017.json"], $$"""
            {"categories":[{{categories}}],"images":[{"id":139,"file_name":"000000000139.jpg"}],
             "annotations":[{"image_id":139,"file_name":"000000000139.png","segments_info":[{"id":3226956,"category_id":200,"iscrowd":0}]}]}
            """);
        var dataset = LabelledDatasets.Open($"coco-panoptic:{_folder.Path}");
        Assert.Equal("person", dataset.Vocabulary.Classes[0].Name);
        using var picture = dataset.Read(0, new FramePool());
        Assert.Equal([3226956, 0], picture.SegmentIds!);
        Assert.Equal([(ushort)Array.IndexOf(list, "200"), None], picture.Classes);
    }

    [Fact]
    public void Given_words_keep_the_datasets_things_and_stuff()
    {
        LabelFiles.Photo(_folder["leftImg8bit/val/ulm/ulm_1_leftImg8bit.png"], 3, 1);
        LabelFiles.Gray8(_folder["gtFine/val/ulm/ulm_1_gtFine_labelTrainIds.png"], [18, 255, 0], 3, 1);
        var words = new Vocabulary([.. Enumerable.Range(0, 19).Select(i => new VocabularyClass([$"w{i}"], true))]);
        var dataset = LabelledDatasets.Open($"cityscapes:{_folder.Path}", new LabelledDatasetOptions { Words = words });
        Assert.Equal(("w0", false), (dataset.Vocabulary.Classes[0].Name, dataset.Vocabulary.Classes[0].IsThing));
    }

    private void AssertClasses(string layout, int classes, string id, ushort[] expected, Action<string>? warn = null)
    {
        var dataset = LabelledDatasets.Open($"{layout}:{_folder.Path}", new LabelledDatasetOptions { Warn = warn });
        Assert.Equal(classes, dataset.Vocabulary.Count);
        Assert.Equal([id], dataset.Ids);
        using var picture = dataset.Read(0, new FramePool());
        Assert.Equal(expected, picture.Classes);
    }
}
