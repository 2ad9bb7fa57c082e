using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>
/// A folder of predictions that grows picture by picture and can be gone on with after any interruption:
/// <list type="bullet">
/// <item><c>run.json</c>: what was predicted with what; a folder takes predictions of one run only.</item>
/// <item><c>semantic/ID.png</c>: 16-bit class indices, 65535 where there is none.</item>
/// <item><c>panoptic/ID.png</c>: segment ids in COCO's coding, R + 256 G + 65536 B, 0 is nothing.</item>
/// <item><c>predictions.jsonl</c>: one line a picture, written when its maps are on disk: size, segments, objects as COCO run lengths. A picture
/// without a whole line does not exist.</item>
/// <item><c>panoptic.json</c> and <c>classes.txt</c>: the same segments in COCO's format and the classes, once the run is complete.</item>
/// </list>
/// </summary>
public sealed class PredictionStore : IDisposable
{
    internal const string JournalName = "predictions.jsonl";
    private const string RunName = "run.json";
    private const string LockName = "run.lock";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly string _folder;
    private readonly ILabelledDataset _dataset;
    private readonly PngEncoder _png = new();
    private readonly FileStream _lock;
    private readonly FileStream _journal;
    private readonly PredictionJournal _known;

    /// <summary>Opens or makes a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dataset">What is predicted.</param>
    /// <param name="run">Everything that the predictions depend on, by name.</param>
    /// <exception cref="InputException">The folder holds something else or another run's predictions, is in use, or cannot be written.</exception>
    public PredictionStore(string folder, ILabelledDataset dataset, IReadOnlyDictionary<string, string> run)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(run);
        _folder = folder;
        _dataset = dataset;
        ImageFile.CreateFolder(folder);
        var runPath = Path.Combine(folder, RunName);
        var isNew = !File.Exists(runPath);
        if (isNew && Directory.EnumerateFileSystemEntries(folder).Any(f => !f.Contains(".partial.", StringComparison.Ordinal) && Path.GetFileName(f) != LockName))
        {
            throw new InputException($"'{folder}' holds other files and no '{RunName}': name a new folder for the predictions");
        }

        _lock = Lock(folder);
        try
        {
            if (isNew)
            {
                ImageFile.Write(runPath, JsonSerializer.SerializeToUtf8Bytes(run, Indented));
            }
            else
            {
                RequireSame(runPath, run);
            }

            ImageFile.CreateFolder(Path.Combine(folder, "semantic"));
            ImageFile.CreateFolder(Path.Combine(folder, "panoptic"));
            _journal = new FileStream(Path.Combine(folder, JournalName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            try
            {
                _known = new PredictionJournal(folder);
            }
            catch
            {
                _journal.Dispose();
                throw;
            }
        }
        catch
        {
            _lock.Dispose();
            throw;
        }

        // What follows the last whole line is what a killed run left of its last one.
        _journal.SetLength(_known.WholeBytes);
        _journal.Seek(0, SeekOrigin.End);
    }

    /// <summary>Pictures that are predicted already.</summary>
    public int Count => _known.Count;

    /// <summary>True where a picture is predicted already.</summary>
    public bool Contains(string id) => _known.Contains(id);

    /// <summary>Reads a prediction.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public Prediction Read(string id) => _known.Read(id);

    /// <summary>Adds a prediction, or replaces a damaged one.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Write(string id, Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var (width, height) = (prediction.Width, prediction.Height);
        var name = PredictionJournal.MapName(id);
        ImageFile.CreateFolder(Path.GetDirectoryName(Path.Combine(_folder, "semantic", name))!);
        ImageFile.CreateFolder(Path.GetDirectoryName(Path.Combine(_folder, "panoptic", name))!);
        if (prediction.Classes is { } classes)
        {
            ImageFile.Write(Path.Combine(_folder, "semantic", name), _png.Encode(MemoryMarshal.AsBytes(classes.AsSpan()), width, height, PngPixels.Gray16));
        }

        if (prediction.SegmentIds is { } ids)
        {
            var pixels = new byte[ids.Length * 3];
            for (var i = 0; i < ids.Length; i++)
            {
                (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)ids[i], (byte)(ids[i] >> 8), (byte)(ids[i] >> 16));
            }

            ImageFile.Write(Path.Combine(_folder, "panoptic", name), _png.Encode(pixels, width, height, PngPixels.Rgb24));
        }

        var line = Encoding.UTF8.GetBytes(PredictionJournal.Line(id, prediction) + "\n");
        var before = _journal.Position;
        try
        {
            _journal.Write(line);
        }
        catch (IOException e)
        {
            _journal.SetLength(before);
            throw new InputException($"cannot write '{Path.Combine(_folder, JournalName)}': {e.Message}", e);
        }

        _known.Add(id, before, line.Length);
    }

    /// <summary>Writes what others read: the classes, and the segments of these pictures in COCO's format.</summary>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Complete()
    {
        ImageFile.Write(
            Path.Combine(_folder, "classes.txt"),
            Encoding.UTF8.GetBytes(string.Concat(_dataset.Vocabulary.Classes.Select(c => $"{c.FullName} +{(c.IsThing ? "thing" : "stuff")}\n"))));
        var categoryOf = _dataset.Categories.ToDictionary(c => c.Value, c => c.Key);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("annotations");
            foreach (var (id, segments) in _known.Segments())
            {
                json.WriteStartObject();
                json.WriteString("image_id", id);
                json.WriteString("file_name", PredictionJournal.MapName(id));
                json.WriteStartArray("segments_info");
                foreach (var segment in segments)
                {
                    json.WriteStartObject();
                    json.WriteNumber("id", segment.Id);
                    json.WriteNumber("category_id", categoryOf[segment.Category]);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        ImageFile.Write(Path.Combine(_folder, "panoptic.json"), buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Closes the folder.</summary>
    public void Dispose()
    {
        _known.Dispose();
        _journal.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{folder}' cannot be used: another run is at work in it, or it cannot be written ({e.Message})", e);
        }
    }

    private void RequireSame(string path, IReadOnlyDictionary<string, string> run) => DatasetJson.Read(path, "the description of a run", root =>
    {
        var known = root.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString());
        var different = run.Keys.Union(known.Keys).Where(k => run.GetValueOrDefault(k) != known.GetValueOrDefault(k)).ToArray();
        if (different.Length > 0)
        {
            throw new InputException($"'{_folder}' holds predictions of another run (it differs in {string.Join(", ", different)}): name a new folder");
        }
    });
}
