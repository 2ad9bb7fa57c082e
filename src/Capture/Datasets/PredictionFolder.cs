using System.Text.Json;
using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>
/// Predictions that were saved earlier, by this program or any other:
/// <list type="bullet">
/// <item>what an evaluation saved (<see cref="PredictionStore"/>);</item>
/// <item>panoptic maps with a JSON in COCO's format, in the folder itself, in <c>panoptic/</c>, or in a folder named like the JSON;</item>
/// <item>panoptic maps with segments.jsonl, as <see cref="LabelMapSink"/> writes them;</item>
/// <item>label maps of class indices, 8 or 16 bits, where 255 or 65535 is no class, in the folder itself or in <c>semantic/</c>.</item>
/// </list>
/// A file belongs to the picture whose id or file name it has, extension apart.
/// </summary>
public sealed class PredictionFolder : IDisposable
{
    private readonly string _folder;
    private readonly string? _maps;
    private readonly string? _labels;
    private readonly PredictionJournal? _journal;
    private readonly bool _sinkMaps;
    private readonly Dictionary<string, (string File, PanopticSegment[]? Segments, string? Fault)> _panoptic = new(StringComparer.Ordinal);

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dataset">What was predicted.</param>
    /// <exception cref="InputException">It is no folder of predictions.</exception>
    public PredictionFolder(string folder, ILabelledDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        _folder = folder;
        if (!Directory.Exists(folder))
        {
            throw new InputException($"there is no folder of predictions '{folder}'");
        }

        if (File.Exists(Path.Combine(folder, PredictionStore.JournalName)))
        {
            _journal = new PredictionJournal(folder);
            Format = $"{_journal.Count} predictions of an earlier evaluation";
            return;
        }

        var json = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).FirstOrDefault(IsCoco);
        var lines = Path.Combine(folder, "segments.jsonl");
        if (json is not null)
        {
            _maps = Array.Find([Path.ChangeExtension(json, null), Path.Combine(folder, "panoptic"), folder], Directory.Exists)!;
            DatasetJson.Read(json, "a COCO panoptic file", root => ReadCoco(root, dataset.Categories));
            Format = $"{_panoptic.Count} panoptic maps in COCO's format";
        }
        else if (File.Exists(lines))
        {
            _maps = folder;
            _sinkMaps = true;
            ReadLines(lines, dataset.Vocabulary.Count);
            Format = $"{_panoptic.Count} panoptic maps with segments.jsonl";
        }

        var semantic = Path.Combine(folder, "semantic");
        _labels = Directory.Exists(semantic) ? semantic : _maps is null ? folder : null;
        if (_maps is null)
        {
            var count = Directory.EnumerateFiles(_labels!, "*.png", SearchOption.AllDirectories).Count();
            Format = count > 0 ? $"{count} label maps"
                : throw new InputException($"'{folder}' holds no predictions: neither label maps (.png) nor panoptic maps with their JSON");
        }
    }

    /// <summary>What was found, for people.</summary>
    public string Format { get; } = "";

    /// <summary>Reads the prediction for a picture.</summary>
    /// <exception cref="InputException">There is none, or it is damaged or does not fit.</exception>
    public Prediction Read(LabelledPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (_journal is not null)
        {
            return _journal.Read(picture.Id);
        }

        var (width, height) = (picture.Frame.Width, picture.Frame.Height);
        var prediction = new Prediction { Width = width, Height = height };
        if (_maps is not null)
        {
            var (file, segments, fault) = Names(picture).Select(n => _panoptic.GetValueOrDefault(n)).FirstOrDefault(p => p.File is not null);
            if (segments is null)
            {
                throw new InputException(fault ?? $"there is no prediction for '{picture.Id}' in '{_folder}'");
            }

            var path = Path.Combine(_maps, file);
            var ids = _sinkMaps ? SinkIds(path, width, height) : LabelImage.ReadSegmentIds(path, width, height);
            prediction = prediction with { SegmentIds = ids, Segments = segments, Classes = PredictionMaps.Classes(path, ids, segments) };
        }

        if (_labels is not null)
        {
            var path = Names(picture).Select(n => Path.Combine(_labels, n + ".png")).FirstOrDefault(File.Exists)
                ?? throw new InputException($"there is no prediction for '{picture.Id}': '{Path.Combine(_labels, PredictionJournal.MapName(picture.Id))}' is missing");
            prediction = prediction with { Classes = PredictionMaps.Classes(path, width, height) };
        }

        return prediction;
    }

    /// <summary>Closes the folder.</summary>
    public void Dispose() => _journal?.Dispose();

    private static IEnumerable<string> Names(LabelledPicture picture)
    {
        var id = Path.ChangeExtension(PredictionJournal.MapName(picture.Id), null);
        yield return id;
        yield return Path.GetFileName(id);
        if (picture.Frame.Name is { } name)
        {
            yield return Path.ChangeExtension(PredictionJournal.MapName(Path.GetFileName(name)), null);
        }
    }

    // The sink writes segment ids as 16-bit gray, where 65535 is nothing.
    private static int[] SinkIds(string path, int width, int height) => Array.ConvertAll(
        PredictionMaps.Classes(path, width, height), id => id == LabelledPicture.Ignored ? PanopticEvaluator.VoidId : id);

    private static bool IsCoco(string path)
    {
        try
        {
            var isCoco = false;
            DatasetJson.Read(path, "JSON", root => isCoco = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("annotations", out _));
            return isCoco;
        }
        catch (InputException)
        {
            // A damaged file whose name says that it is wanted must not be passed over.
            return Path.GetFileName(path).Contains("panoptic", StringComparison.OrdinalIgnoreCase);
        }
    }

    private void ReadCoco(JsonElement root, IReadOnlyDictionary<int, int> classOf)
    {
        foreach (var annotation in root.GetProperty("annotations").EnumerateArray())
        {
            var file = DatasetJson.FileName(annotation.GetProperty("file_name").GetString());
            Add(file, annotation.GetProperty("segments_info"), category => classOf.TryGetValue(category, out var c) ? c : -1, "category_id");
        }
    }

    private void ReadLines(string path, int classes)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            try
            {
                using var document = JsonDocument.Parse(line);
                Add(
                    DatasetJson.FileName(document.RootElement.GetProperty("file").GetString()), document.RootElement.GetProperty("segments"),
                    c => c < classes ? c : -1, "class_index");
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new InputException($"line {number} of '{path}' is no list of segments: {e.Message.ReplaceLineEndings(" ")}", e);
            }
        }
    }

    private void Add(string file, JsonElement list, Func<int, int> classOf, string member)
    {
        var segments = new List<PanopticSegment>();
        string? fault = null;
        foreach (var entry in list.EnumerateArray())
        {
            var (id, category) = (entry.GetProperty("id").GetInt32(), entry.GetProperty(member).GetInt32());
            var c = classOf(category);
            fault ??= c < 0 ? $"the segment {id} predicted in '{file}' has the unknown class {category}"
                : id == PanopticEvaluator.VoidId || segments.Exists(s => s.Id == id) ? $"the segment id {id} predicted in '{file}' is listed twice or is 0, which means no segment"
                : null;
            segments.Add(new PanopticSegment(id, c));
        }

        // A picture at fault is named when it is its turn; the others are scored.
        _panoptic[Path.ChangeExtension(file, null)] = (file, fault is null ? [.. segments] : null, fault);
    }
}
