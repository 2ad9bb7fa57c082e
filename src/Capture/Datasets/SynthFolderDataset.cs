using System.Text.Json;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>
/// What <see cref="SynthExporter"/> wrote. Its shapes and stuff are the classes, or any others that the user gives: the attributes of every segment
/// are on disk. Segments that belong to none are not scored.
/// </summary>
internal sealed class SynthFolderDataset : ILabelledDataset
{
    private readonly string _root;
    private readonly SyntheticClasses _classes;
    private readonly Dictionary<string, JsonElement> _attributes = [];
    private readonly int _framesPerScene;

    /// <summary>Opens an export.</summary>
    /// <exception cref="InputException">It is none, or the classes are nothing in the synthetic world.</exception>
    public SynthFolderDataset(string root, LabelledDatasetOptions options)
    {
        Name = $"synth:{root}";
        _root = root;
        DatasetJson.Read(Path.Combine(root, "attributes.json"), "the list of segments that 'segr synth' writes", list =>
        {
            foreach (var picture in list.EnumerateObject())
            {
                _attributes.Add(DatasetJson.FileName(picture.Name), picture.Value.Clone());
            }
        });
        var framesPerScene = 1;
        DatasetJson.Read(
            Path.Combine(root, "dataset.json"), "the description that 'segr synth' writes", made => framesPerScene = made.GetProperty("framesPerScene").GetInt32());
        _framesPerScene = Math.Max(1, framesPerScene);

        var own = VocabularyParser.ReadFile(Path.Combine(root, "classes.txt"), options.Warn);
        Vocabulary = options.Words ?? options.Classes ?? own;
        Classes = options.Classes ?? Vocabulary;
        _classes = new SyntheticClasses(Classes, options.Classes is null ? options.Reasons : null);

        // Pictures without attributes are listed too, so that they are named when they are read.
        var images = Path.Combine(root, "images");
        var files = Directory.Exists(images) ? Directory.EnumerateFiles(images, "*.png").Select(f => Path.GetFileName(f)!) : [];
        Ids = [.. _attributes.Keys.Union(files).Order(StringComparer.Ordinal)];
        if (Ids.Count == 0)
        {
            throw new InputException($"'{root}' is no export of 'segr synth': it has no pictures");
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public Vocabulary Classes { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Ids { get; }

    /// <inheritdoc/>
    public LabelledPicture Read(int index, FramePool pool)
    {
        var id = Ids[index];
        if (!_attributes.TryGetValue(id, out var list))
        {
            throw new InputException($"'{id}' is not in '{Path.Combine(_root, "attributes.json")}': it has no labels");
        }

        var frame = PictureFile.Read(Path.Combine(_root, "images", id), pool);
        try
        {
            var path = Path.Combine(_root, "panoptic", id);
            var segments = Segments(list, id);
            var known = segments.Select(s => s.Id).ToHashSet();
            var labels = new byte[frame.Width * frame.Height];
            var ids = LabelImage.ReadSegmentIds(path, frame.Width, frame.Height);
            for (var i = 0; i < ids.Length; i++)
            {
                labels[i] = ids[i] is >= 1 and <= 256 && known.Contains((byte)(ids[i] - 1))
                    ? (byte)(ids[i] - 1) : throw new InputException($"'{path}' has the segment {ids[i]}, which 'attributes.json' does not list");
            }

            var (classes, segmentIds, truth, _) = SyntheticTruth.Of(labels, segments, _classes, c => Vocabulary.Classes[c].IsThing);
            return new LabelledPicture
            {
                Id = id, Frame = frame, Classes = classes, SegmentIds = segmentIds, Segments = truth,
                Sequence = _framesPerScene > 1 ? $"scene {index / _framesPerScene}" : null,
            };
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private static List<SyntheticSegment> Segments(JsonElement list, string id)
    {
        var lexicon = SyntheticLexicon.Default;
        try
        {
            return [.. list.EnumerateArray().Select(entry =>
            {
                var segment = checked((byte)(entry.GetProperty("id").GetInt32() - 1));
                return entry.TryGetProperty("stuff", out var stuff)
                    ? new SyntheticSegment(segment, null, (StuffKind)Find(lexicon.Stuff, stuff), 0, default)
                    : new SyntheticSegment(segment, new ThingAttributes(
                        (ShapeKind)Find(lexicon.Shapes, entry.GetProperty("shape")), Find(lexicon.Colours, entry.GetProperty("colour")),
                        (SurfaceKind)Find(lexicon.Surfaces, entry.GetProperty("surface")), SizeKind.Medium), null, 0, default);
            })];
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InputException($"the segments of '{id}' in 'attributes.json' cannot be used: {e.Message}", e);
        }
    }

    private static int Find(IReadOnlyList<LexiconEntry> entries, JsonElement name)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Id == name.GetString())
            {
                return i;
            }
        }

        throw new FormatException($"'{name.GetString()}' is not in the lexicon");
    }
}
