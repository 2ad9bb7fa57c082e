using System.Text;
using System.Text.Json;
using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>The lines of a <see cref="PredictionStore"/>'s journal: where each picture's is, and what it says.</summary>
internal sealed class PredictionJournal : IDisposable
{
    private const int LongestLine = 64 << 20;
    private readonly string _folder;
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly Dictionary<string, (long Offset, int Length)> _lines = new(StringComparer.Ordinal);

    /// <summary>Reads through the journal of a folder; a line that is not whole is the end.</summary>
    /// <exception cref="InputException">A whole line is no prediction.</exception>
    public PredictionJournal(string folder)
    {
        _folder = folder;
        _path = Path.Combine(folder, PredictionStore.JournalName);
        _stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        try
        {
            Index();
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Length of the journal up to the end of its last whole line.</summary>
    public long WholeBytes { get; private set; }

    /// <summary>Pictures with a line.</summary>
    public int Count => _lines.Count;

    /// <summary>The name of a picture's maps: that of the picture with the extension of a PNG.</summary>
    public static string MapName(string id) => (Path.GetExtension(id).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" ? Path.ChangeExtension(id, null) : id) + ".png";

    /// <summary>A picture's line.</summary>
    public static string Line(string id, Prediction prediction)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteNumber("width", prediction.Width);
            json.WriteNumber("height", prediction.Height);
            json.WriteBoolean("semantic", prediction.Classes is not null);
            if (prediction.SegmentIds is not null)
            {
                json.WriteStartArray("segments");
                foreach (var segment in prediction.Segments)
                {
                    json.WriteStartObject();
                    json.WriteNumber("id", segment.Id);
                    json.WriteNumber("category_id", segment.Category);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            if (prediction.Instances is { } instances)
            {
                json.WriteStartArray("instances");
                foreach (var instance in instances)
                {
                    json.WriteStartObject();
                    json.WriteNumber("category_id", instance.Class);
                    json.WriteNumber("score", instance.Score);
                    json.WriteString("counts", RunLengthText.Write(instance.Mask));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>True where a picture has a line.</summary>
    public bool Contains(string id) => _lines.ContainsKey(id);

    /// <summary>Adds a line that was just written.</summary>
    public void Add(string id, long offset, int length) => _lines[id] = (offset, length);

    /// <summary>Reads a picture's prediction with its maps.</summary>
    /// <exception cref="InputException">There is none, or it is damaged.</exception>
    public Prediction Read(string id)
    {
        using var line = LineOf(id);
        try
        {
            var root = line.RootElement;
            var (width, height) = (root.GetProperty("width").GetInt32(), root.GetProperty("height").GetInt32());
            if (width is < 1 or > Pipeline.FrameFormat.MaxSide || height is < 1 or > Pipeline.FrameFormat.MaxSide)
            {
                throw new FormatException($"{width}x{height} is no size");
            }

            var hasSegments = root.TryGetProperty("segments", out var segments);
            return new Prediction
            {
                Width = width,
                Height = height,
                Classes = root.GetProperty("semantic").GetBoolean()
                    ? PredictionMaps.Classes(Path.Combine(_folder, "semantic", MapName(id)), width, height) : null,
                SegmentIds = hasSegments ? LabelImage.ReadSegmentIds(Path.Combine(_folder, "panoptic", MapName(id)), width, height) : null,
                Segments = hasSegments ? SegmentsOf(segments) : [],
                Instances = root.TryGetProperty("instances", out var instances)
                    ? [.. instances.EnumerateArray().Select(i => new InstancePrediction(
                        i.GetProperty("category_id").GetInt32(), i.GetProperty("score").GetSingle(),
                        RunLengthText.Read(i.GetProperty("counts").GetString() ?? "", width, height)))]
                    : null,
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException($"the prediction for '{id}' in '{_path}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>The segments of every picture that has any predicted.</summary>
    public IEnumerable<(string Id, PanopticSegment[] Segments)> Segments()
    {
        foreach (var id in _lines.Keys)
        {
            using var line = LineOf(id);
            if (line.RootElement.TryGetProperty("segments", out var segments))
            {
                yield return (id, SegmentsOf(segments));
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private static PanopticSegment[] SegmentsOf(JsonElement list) =>
        [.. list.EnumerateArray().Select(s => new PanopticSegment(s.GetProperty("id").GetInt32(), s.GetProperty("category_id").GetInt32()))];

    private JsonDocument LineOf(string id)
    {
        if (!_lines.TryGetValue(id, out var line))
        {
            throw new InputException($"'{_path}' has no prediction for '{id}'");
        }

        var bytes = new byte[line.Length];
        _stream.Position = line.Offset;
        _stream.ReadExactly(bytes);
        return JsonDocument.Parse(bytes);
    }

    private void Index()
    {
        var number = 0;
        using var line = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (var read = _stream.Read(buffer); read > 0; read = _stream.Read(buffer))
        {
            var rest = buffer.AsSpan(0, read);
            for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
            {
                line.Write(rest[..(end + 1)]);
                Add(line.GetBuffer().AsMemory(0, (int)line.Length), ++number);
                line.SetLength(0);
                rest = rest[(end + 1)..];
            }

            line.Write(rest);
            if (line.Length > LongestLine)
            {
                throw new InputException($"line {number + 1} of '{_path}' is longer than {LongestLine >> 20} MB");
            }
        }
    }

    private void Add(ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            _lines[document.RootElement.GetProperty("id").GetString() ?? throw new FormatException("the id is null")] = (WholeBytes, line.Length);
            WholeBytes += line.Length;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException($"line {number} of '{_path}' is no prediction: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
