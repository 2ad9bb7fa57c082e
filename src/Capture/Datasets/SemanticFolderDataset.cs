using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Photos and label maps in two folders, matched by name.</summary>
internal sealed class SemanticFolderDataset : ILabelledDataset
{
    private static readonly string[] PhotoExtensions = [".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"];
    private readonly List<(string Id, string Photo, string Labels)> _items = [];
    private readonly int _firstLabel;

    /// <summary>Finds the pictures of a layout below a folder.</summary>
    /// <exception cref="InputException">A folder is missing or holds no photo.</exception>
    public SemanticFolderDataset(SemanticLayout layout, string root, Vocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        Name = $"{layout.Name}:{root}";
        var photos = Find(root, layout.PhotoFolders, "photos");
        var labelFolder = layout.LabelFolders.FirstOrDefault(f => Directory.Exists(Path.Combine(root, f.Path)))
            ?? throw new InputException(
                $"'{root}' is no {layout.Name} dataset: it has no folder of labels ({string.Join(" or ", layout.LabelFolders.Select(f => f.Path))})");
        var labels = Path.Combine(root, labelFolder.Path);
        _firstLabel = labelFolder.FirstLabel;
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

            // VOC's and PASCAL-Context's photo folders hold the training photos too: there a photo without labels is not of this split.
            if (File.Exists(map) || layout.PhotoFolders.Length == 1 || photos.EndsWith("validation", StringComparison.Ordinal))
            {
                _items.Add((id, photo, map));
            }
        }

        if (_items.Count == 0)
        {
            throw new InputException($"'{root}' is no {layout.Name} dataset: no photo in '{photos}' has a label map in '{labels}'");
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
        var labels = LabelImage.ReadLabels(map, frame.Width, frame.Height);
        for (var i = 0; i < labels.Length; i++)
        {
            var index = labels[i] - _firstLabel;
            labels[i] = index >= 0 && index < Vocabulary.Count ? (ushort)index : LabelledPicture.Ignored;
        }

        return labels;
    }

    private static string Find(string root, string[] candidates, string what) =>
        candidates.Select(c => Path.GetFullPath(Path.Combine(root, c))).FirstOrDefault(Directory.Exists)
        ?? throw new InputException($"'{root}' has no folder of {what} ({string.Join(" or ", candidates)})");
}
