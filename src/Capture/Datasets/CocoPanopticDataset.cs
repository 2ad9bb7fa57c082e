using System.Text.Json;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>
/// Photos with panoptic truth in COCO's format: one JSON with categories, images and segment lists, and one colour-coded PNG a photo.
/// The semantic truth is read off the segments.
/// </summary>
internal sealed class CocoPanopticDataset : ILabelledDataset
{
    private readonly string _json;
    private readonly string _photoFolder;
    private readonly string _mapFolder;
    private readonly List<Item> _items = [];
    private readonly Dictionary<int, int> _classOfCategory = [];

    /// <summary>Opens a dataset.</summary>
    /// <param name="json">The annotation file, e.g. panoptic_val2017.json.</param>
    /// <param name="photoFolder">Folder of the photos.</param>
    /// <param name="mapFolder">Folder of the PNG maps.</param>
    /// <param name="vocabulary">Classes to use; those of the file, in its order, where null. Must be as many as the file's categories.</param>
    /// <exception cref="InputException">A file or folder is missing or damaged, or the number of classes does not fit.</exception>
    public CocoPanopticDataset(string json, string photoFolder, string mapFolder, Vocabulary? vocabulary)
    {
        Name = $"coco-panoptic:{json}";
        _json = json;
        _photoFolder = photoFolder;
        _mapFolder = mapFolder;
        Vocabulary? own = null;
        DatasetJson.Read(json, "a COCO panoptic annotation file", root =>
        {
            own = ReadCategories(root, json, vocabulary);
            ReadItems(root);
        });
        Vocabulary = own!;
        Ids = _items.ConvertAll(item => item.Photo);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, int> Categories => _classOfCategory;

    /// <inheritdoc/>
    public IReadOnlyList<string> Ids { get; }

    /// <inheritdoc/>
    public LabelledPicture Read(int index, FramePool pool)
    {
        var item = _items[index];
        if (item.Map.Length == 0)
        {
            throw new InputException($"'{item.Photo}' has no annotation in '{_json}'");
        }

        var frame = PictureFile.Read(Path.Combine(_photoFolder, item.Photo), pool);
        try
        {
            var path = Path.Combine(_mapFolder, item.Map);
            var ids = LabelImage.ReadSegmentIds(path, frame.Width, frame.Height);
            var classes = new ushort[ids.Length];
            var classOf = item.Segments.ToDictionary(s => s.Id, s => s.Category);
            for (var i = 0; i < ids.Length; i++)
            {
                if (ids[i] == PanopticEvaluator.VoidId)
                {
                    classes[i] = LabelledPicture.Ignored;
                }
                else if (classOf.TryGetValue(ids[i], out var c))
                {
                    classes[i] = (ushort)c;
                }
                else
                {
                    throw new InputException($"'{path}' has the segment {ids[i]}, which the annotation file does not list");
                }
            }

            return new LabelledPicture { Id = item.Photo, Sequence = item.Sequence, Frame = frame, Classes = classes, SegmentIds = ids, Segments = item.Segments };
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private Vocabulary ReadCategories(JsonElement root, string json, Vocabulary? vocabulary)
    {
        var classes = new List<VocabularyClass>();
        foreach (var category in root.GetProperty("categories").EnumerateArray())
        {
            _classOfCategory.Add(category.GetProperty("id").GetInt32(), classes.Count);
            var isThing = category.TryGetProperty("isthing", out var thing) && thing.GetInt32() == 1;
            classes.Add(new VocabularyClass([category.GetProperty("name").GetString() ?? "?"], isThing));
        }

        if (vocabulary is not null && vocabulary.Count != classes.Count)
        {
            throw new InputException($"the vocabulary has {vocabulary.Count} classes, '{json}' has {classes.Count}: give one class for each, in its order");
        }

        // Words say how a class is called; whether it is counted is the dataset's to say.
        return new Vocabulary(vocabulary is null ? classes : [.. vocabulary.Classes.Select((c, i) => c with { IsThing = classes[i].IsThing })]);
    }

    private void ReadItems(JsonElement root)
    {
        var photos = new Dictionary<string, (string File, string? Sequence)>();
        foreach (var image in root.GetProperty("images").EnumerateArray())
        {
            photos[image.GetProperty("id").ToString()] = (
                DatasetJson.FileName(image.GetProperty("file_name").GetString()),
                image.TryGetProperty("sequence", out var sequence) ? sequence.ToString() : null);
        }

        foreach (var annotation in root.GetProperty("annotations").EnumerateArray())
        {
            var (photo, sequence) = photos[annotation.GetProperty("image_id").ToString()];
            var segments = annotation.GetProperty("segments_info").EnumerateArray().Select(s => new PanopticSegment(
                s.GetProperty("id").GetInt32(), _classOfCategory[s.GetProperty("category_id").GetInt32()],
                s.TryGetProperty("iscrowd", out var crowd) && crowd.GetInt32() == 1)).ToArray();
            if (segments.Select(s => s.Id).Distinct().Count() != segments.Length)
            {
                throw new FormatException($"a segment id of '{photo}' is listed twice");
            }

            _items.Add(new Item(photo, DatasetJson.FileName(annotation.GetProperty("file_name").GetString()), sequence, segments));
        }

        foreach (var (photo, sequence) in photos.Values.ExceptBy(_items.Select(item => item.Photo), p => p.File))
        {
            _items.Add(new Item(photo, "", sequence, []));
        }

        if (_items.Count == 0)
        {
            throw new FormatException("it lists no image");
        }

        if (_items.Select(item => item.Photo).Distinct(StringComparer.Ordinal).Count() != _items.Count)
        {
            throw new FormatException("an image is annotated twice");
        }
    }

    private sealed record Item(string Photo, string Map, string? Sequence, PanopticSegment[] Segments);
}
