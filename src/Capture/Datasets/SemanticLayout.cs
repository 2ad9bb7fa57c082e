namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>How a semantic benchmark lies on disk: where its photos and label maps are and how labels become class indices.</summary>
/// <param name="Name">What a user types.</param>
/// <param name="ClassList">Name of its class list under data/classes.</param>
/// <param name="PhotoFolders">Folders of photos, tried in order, below the root that the user names.</param>
/// <param name="LabelFolders">Folders of label maps, tried in order; each with the first label value and the values to ignore.</param>
/// <param name="PhotoSuffix">End of a photo's name that is not part of its id, before the extension.</param>
/// <param name="LabelSuffix">End of a label map's name behind the id, extension included.</param>
internal sealed record SemanticLayout(
    string Name, string ClassList, string[] PhotoFolders, LabelFolder[] LabelFolders, string PhotoSuffix = "", string LabelSuffix = ".png")
{
    /// <summary>A folder of this name holds the photos of all splits: one without labels belongs to another split.</summary>
    public const string AllSplits = "JPEGImages";

    /// <summary>The layouts that are known by name.</summary>
    public static IReadOnlyList<SemanticLayout> Known { get; } =
    [
        // ADE20K scene parsing: the original maps have 1..150 and 0 for everything else; detectron2's converted ones 0..149 and 255.
        new("ade20k-150", "ade20k-150", ["images/validation", "."], [new("annotations_detectron2/validation", 0), new("annotations/validation", 1)]),
        // ADE20K full, converted as Mask2Former's preparation script writes it: 16-bit, 0..846, 65535 ignored.
        new("ade20k-847", "ade20k-847", ["images_detectron2/validation", "images/validation"], [new("annotations_detectron2/validation", 0)], LabelSuffix: ".tif"),
        new("voc-20", "voc-20", ["images_detectron2/val", "images", "JPEGImages"], [new("annotations_ovs/val", 0), new("annotations_detectron2/val", 0), new("SegmentationClass", 1)]),
        new("pascal-context-59", "pascal-context-59", ["images", "JPEGImages"],
            [new("annotations_detectron2_ovs/pc59_val", 0), new("annotations_ovs/pc59_val", 0), new("annotations_detectron2/pc59_val", 0)]),
        new("pascal-context-459", "pascal-context-459", ["images", "JPEGImages"],
            [new("annotations_detectron2_ovs/pc459_val", 0, 459), new("annotations_ovs/pc459_val", 0, 459), new("annotations_detectron2/pc459_val", 0, 459)], LabelSuffix: ".tif"),
        new("cityscapes", "cityscapes-19", ["leftImg8bit/val"], [new("gtFine/val", 0)], "_leftImg8bit", "_gtFine_labelTrainIds.png"),
        new("camvid", "camvid-11", ["val/images", "images"], [new("val/labels", 0, 11), new("labels", 0, 11)]),
        // The shape in which anyone's data fits: images/, labels/ (first class 0) and classes.txt.
        new("semantic", "", ["images"], [new("labels", 0), new("semantic", 0)]),
    ];
}
