using System.Globalization;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>
/// Turns what a user types into a dataset:
/// <code>
/// synthetic:SEED:COUNT[:WxH[:FRAMES]]   scenes drawn on the way
/// synth:DIR                             what 'segr synth' wrote
/// ade20k-150:DIR, ade20k-847:DIR        ADE20K, original or converted labels
/// voc-20:DIR                            PASCAL VOC, original or converted labels
/// pascal-context-59:DIR, pascal-context-459:DIR
/// cityscapes:DIR                        leftImg8bit/val and gtFine/val (train ids)
/// camvid:DIR                            CamVid, 11 classes
/// coco-panoptic:DIR                     val2017 with panoptic_val2017 and its JSON
/// semantic:DIR                          images/, labels/ and classes.txt
/// </code>
/// </summary>
public static class LabelledDatasets
{
    private const string Synth = "synth";
    private const string Coco = "coco-panoptic";

    /// <summary>The layouts, as a user types them.</summary>
    public static IReadOnlyList<string> Layouts { get; } = [Synth, .. SemanticLayout.Known.Select(l => l.Name), Coco];

    /// <summary>The synthetic protocols, and what each asks.</summary>
    public static IReadOnlyDictionary<string, string> Protocols => SyntheticProtocol.Known;

    /// <summary>Opens a dataset.</summary>
    /// <param name="spec">What the user typed.</param>
    /// <param name="options">Words and protocol; the dataset's own where null.</param>
    /// <exception cref="InputException">It is none of the forms, is not there, or the classes do not fit it; the message says what to do.</exception>
    public static ILabelledDataset Open(string spec, LabelledDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        options ??= new LabelledDatasetOptions();
        var colon = spec.IndexOf(':', StringComparison.Ordinal);
        var (layout, rest) = colon < 0 ? (spec, "") : (spec[..colon].ToLowerInvariant(), spec[(colon + 1)..]);
        if (options.Classes is { } classes && classes.Count != (options.Words?.Count ?? classes.Count))
        {
            throw new InputException($"--classes names {classes.Count} classes, the vocabulary {options.Words!.Count}: give one class for each, in the same order");
        }

        if (layout == "synthetic")
        {
            return OpenSynthetic(rest, options);
        }

        if (options.Protocol is not null)
        {
            throw new InputException($"protocol '{options.Protocol}' chooses what scenes show, which '{spec}' has on disk already: use it with synthetic:SEED:COUNT");
        }

        if (layout == Synth)
        {
            return new SynthFolderDataset(Named(rest, spec), options);
        }

        if (options.Classes is not null)
        {
            throw new InputException($"--classes is for synthetic scenes: the classes of '{spec}' are given by its labels, --vocab says them in other words");
        }

        if (layout == Coco)
        {
            return OpenCoco(Named(rest, spec), options);
        }

        return SemanticLayout.Known.FirstOrDefault(l => l.Name == layout) is { } known
            ? OpenSemantic(known, Named(rest, spec), options)
            : throw new InputException($"'{spec}' names no dataset: use synthetic:SEED:COUNT or LAYOUT:DIR, where LAYOUT is {string.Join(", ", Layouts)}");
    }

    private static SyntheticDataset OpenSynthetic(string body, LabelledDatasetOptions options)
    {
        if (options.Words is not null && options.Protocol is not null)
        {
            throw new InputException($"protocol '{options.Protocol}' chooses the words: leave out --vocab or --protocol");
        }

        if (options.Words is null && options.Classes is not null)
        {
            return new SyntheticDataset(body, _ => SyntheticProtocol.Own(options.Classes, null), null);
        }

        return new SyntheticDataset(
            body, seed => options.Words is { } words ? SyntheticProtocol.Own(words, options.Classes) : SyntheticProtocol.Draw(options.Protocol ?? "shapes", seed),
            options.Reasons);
    }

    private static SemanticFolderDataset OpenSemantic(SemanticLayout layout, string root, LabelledDatasetOptions options)
    {
        var own = layout.ClassList.Length > 0
            ? ClassList(layout.ClassList)
            : VocabularyParser.Read(Existing(Path.Combine(root, "classes.txt")), mergeDuplicates: false, options.Warn);
        return new SemanticFolderDataset(layout, root, Fitting(options.Words, own, layout.Name), options.Warn);
    }

    private static CocoPanopticDataset OpenCoco(string root, LabelledDatasetOptions options)
    {
        string[] splits = ["val2017", "val"];
        foreach (var split in splits)
        {
            var json = First(File.Exists, root, $"annotations/panoptic_{split}.json", $"panoptic_{split}.json");
            var photos = First(Directory.Exists, root, split, $"images/{split}");
            var maps = First(Directory.Exists, root, $"panoptic_{split}", $"annotations/panoptic_{split}");
            if (json is not null && photos is not null && maps is not null)
            {
                var asInFile = new CocoPanopticDataset(json, photos, maps, options.Words);
                return options.Words is null && HasCocoCategories(asInFile) ? new CocoPanopticDataset(json, photos, maps, ClassList("coco-panoptic-133")) : asInFile;
            }
        }

        // Anything else in COCO's format.
        var file = First(File.Exists, root, "panoptic.json");
        var folder = First(Directory.Exists, root, "panoptic");
        var images = First(Directory.Exists, root, "images");
        return file is not null && folder is not null && images is not null
            ? new CocoPanopticDataset(file, images, folder, options.Words)
            : throw new InputException(
                $"'{root}' is no {Coco} dataset: it needs annotations/panoptic_val2017.json, val2017/ and panoptic_val2017/, or panoptic.json, images/ and panoptic/");
    }

    // The published names ("wall-other-merged") are no words that a text tower knows; our list says the same classes in words.
    private static bool HasCocoCategories(CocoPanopticDataset dataset) =>
        File.ReadLines(Path.Combine(AppPaths.ClassListFolder, "coco-panoptic-133.ids.txt")).Where(l => !l.StartsWith('#'))
            .Select(l => int.Parse(l, CultureInfo.InvariantCulture)).SequenceEqual(dataset.Categories.OrderBy(c => c.Value).Select(c => c.Key));

    // Benchmarks have classes of the same name; their places in the list are what counts.
    private static Vocabulary ClassList(string name) =>
        VocabularyParser.Read(Existing(Path.Combine(AppPaths.ClassListFolder, name + ".txt")), mergeDuplicates: false);

    private static string Existing(string path) => File.Exists(path) ? path : throw new InputException($"'{path}' is missing: it must name the classes, one a line");

    private static Vocabulary Fitting(Vocabulary? given, Vocabulary own, string layout) =>
        given is null ? own
        : given.Count != own.Count
            ? throw new InputException($"the vocabulary has {given.Count} classes, {layout} has {own.Count}: give one class for each, in the order of its labels")
        // Words say how a class is called; whether it is counted is the dataset's to say.
        : new Vocabulary([.. given.Classes.Select((c, i) => c with { IsThing = own.Classes[i].IsThing })]);

    private static string? First(Func<string, bool> exists, string root, params string[] names) =>
        names.Select(name => Path.Combine(root, name)).FirstOrDefault(exists);

    private static string Named(string folder, string spec) =>
        folder.Length > 0 ? folder : throw new InputException($"'{spec}' names no folder: write {spec.TrimEnd(':')}:DIR");
}
