using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Photos and label maps in two folders, matched by name.</summary>
internal sealed class SemanticFolderDataset : ILabelledDataset
{
    private static readonly string[] PhotoExtensions = [".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"];
    private readonly List<(string Id, string Photo, string Labels)> _items = [];
    private readonly LabelFolder _labels;
    private readonly bool _vocColours;

    /// <summary>Finds the pictures of a layout below a folder.</summary>
    /// <exception cref="InputException">A folder is missing or holds no photo.</exception>
    /// <param name="layout">Where things lie below the folder.</param>
    /// <param name="root">The folder.</param>
    /// <param name="vocabulary">The classes, in the order of the labels.</param>
    /// <param name="warn">Told what was passed over; may be null.</param>
    public SemanticFolderDataset(SemanticLayout layout, string root, Vocabulary vocabulary, Action<string>? warn)
    {
        if (!Directory.Exists(root))
        {
            throw new InputException($"there is no folder '{root}' of {layout.Name}");
        }

        Vocabulary = vocabulary;
        Name = $"{layout.Name}:{root}";
        var photos = Find(root, layout.PhotoFolders, "photos");
        _labels = layout.LabelFolders.FirstOrDefault(f => Directory.Exists(Path.Combine(root, f.Path)))
            ?? throw new InputException(
                $"'{root}' is no {layout.Name} dataset: it has no folder of labels ({string.Join(" or ", layout.LabelFolders.Select(f => f.Path))})");
        _vocColours = _labels.Path == "SegmentationClass";
        var labels = Path.Combine(root, _labels.Path);
        var hasAllSplits = Path.GetFileName(photos) == SemanticLayout.AllSplits;
        var passedOver = 0;
        var unused = Directory.EnumerateFiles(labels, "*" + layout.LabelSuffix, SearchOption.AllDirectories).ToHashSet(StringComparer.Ordinal);
        foreach (var photo in Directory.EnumerateFiles(photos, "*", SearchOption.AllDirectories)
                     .Where(p => PhotoExtensions.Contains(Path.GetExtension(p), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            var name = Path.ChangeExtension(Path.GetRelativePath(photos, photo), null);
            if (!name.EndsWith(layout.PhotoSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            var id = name[..^layout.PhotoSuffix.Length];
            var map = Path.Combine(labels, id + layout.LabelSuffix);
            if (!unused.Remove(map) && hasAllSplits)
            {
                passedOver++;
                continue;
            }

            _items.Add((id, photo, map));
        }

        if (_items.Count == 0)
        {
            throw new InputException($"'{root}' is no {layout.Name} dataset: no photo in '{photos}' has a label map in '{labels}'");
        }

        if (passedOver > 0)
        {
            warn?.Invoke($"{passedOver} photos of '{photos}' have no label map and are taken to belong to another split");
        }

        if (unused.Count > 0)
        {
            warn?.Invoke($"{unused.Count} label maps of '{labels}' have no photo and are not used, '{unused.Min()}' among them");
        }

        Ids = _items.ConvertAll(item => item.Id);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Ids { get; }

    /// <inheritdoc/>
    public LabelledPicture Read(int index, FramePool pool)
    {
        var (id, photo, map) = _items[index];
        if (!File.Exists(map))
        {
            throw new InputException($"'{photo}' has no labels: '{map}' is missing");
        }

        var frame = PictureFile.Read(photo, pool);
        try
        {
            return new LabelledPicture { Id = id, Frame = frame, Classes = Classes(map, frame) };
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private ushort[] Classes(string map, Frame frame)
    {
        var labels = LabelImage.ReadLabels(map, frame.Width, frame.Height, _vocColours, out var unlabelled);
        for (var i = 0; i < labels.Length; i++)
        {
            var index = labels[i] - _labels.FirstLabel;
            if (labels[i] == unlabelled || labels[i] == _labels.Ignored || index < 0)
            {
                labels[i] = LabelledPicture.Ignored;
            }
            else if (index < Vocabulary.Count)
            {
                labels[i] = (ushort)index;
            }
            else
            {
                throw new InputException(
                    $"'{map}' has the unknown label {labels[i]}: the classes are {_labels.FirstLabel} to {_labels.FirstLabel + Vocabulary.Count - 1}, {unlabelled} is not scored");
            }
        }

        return labels;
    }

    private static string Find(string root, string[] candidates, string what) =>
        candidates.Select(c => Path.GetFullPath(Path.Combine(root, c))).FirstOrDefault(Directory.Exists)
        ?? throw new InputException($"'{root}' has no folder of {what} ({string.Join(" or ", candidates)})");
}
