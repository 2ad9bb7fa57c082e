using System.Runtime.InteropServices;
using System.Text.Json;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Writes the masks of every frame as a 16-bit PNG of the frame's size, named like the frame, with "legend.json" beside them.
/// </summary>
/// <remarks>
/// In semantic mode a pixel's value is the index of its class. In panoptic and instance mode it is the id of its segment, and "segments.jsonl"
/// says for every file what its ids are: {"file": "frame_000012.png", "segments": [{"id": 1, "class_index": 0, "class": "sky", "score": 0.93}]}.
/// 65535 is nothing. The legend lists the classes of each vocabulary that was in force, from which frame on:
/// {"void": 65535, "values": "class_index"|"segment_id", "vocabularies": [{"from_frame": 0, "classes": [{"index": 0, "name": "sky", "is_thing": false}]}]}.
/// </remarks>
public sealed class LabelMapSink : ISegmentationSink
{
    private readonly string _folder;
    private readonly ImageNames _names = new();
    private readonly SegmentMap _map = new();
    private readonly PngEncoder _png = new();
    private readonly List<(long FromFrame, Vocabulary Vocabulary)> _vocabularies = [];
    private readonly PartialFile _segments;
    private readonly PartialFile _legend;
    private StreamWriter? _segmentLines;
    private ushort[] _values = [];
    private LabelKind? _kind;
    private bool _isFinished;

    /// <summary>Chooses the folder, which is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    public LabelMapSink(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        _segments = new PartialFile(Path.Combine(folder, "segments.jsonl"));
        _legend = new PartialFile(Path.Combine(folder, "legend.json"));
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The folder cannot be made.</exception>
    public void Open(FrameSourceInfo source) => ImageFile.CreateFolder(_folder);

    /// <inheritdoc/>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Write(Frame frame, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(result);
        _kind ??= result.Kind;
        if (_vocabularies.Count == 0 || !ReferenceEquals(_vocabularies[^1].Vocabulary, result.Vocabulary))
        {
            _vocabularies.Add((frame.Index, result.Vocabulary));
        }

        _map.Fill(result, frame.Width, frame.Height);
        var name = _names.For(frame) + ".png";
        WritePicture(Path.Combine(_folder, name), result);
        if (result.Kind == LabelKind.Segment)
        {
            WriteSegments(name, result);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The legend cannot be written.</exception>
    public void Complete() => Finish();

    /// <summary>Writes the legend, if <see cref="Complete"/> has not: the pictures written so far are whole.</summary>
    public void Dispose() => Finish();

    private void WritePicture(string path, SegmentationResult result)
    {
        var pixels = _map.Pixels;
        if (_values.Length < pixels.Length)
        {
            _values = new ushort[pixels.Length];
        }

        var values = _values.AsSpan(0, pixels.Length);
        for (var i = 0; i < pixels.Length; i++)
        {
            var segment = pixels[i];
            values[i] = segment == SegmentationResult.Void ? segment
                : (ushort)(result.Kind == LabelKind.Class ? result.Segments[segment].ClassIndex : result.Segments[segment].Id);
        }

        ImageFile.Write(path, _png.Encode(MemoryMarshal.AsBytes(values), _map.Width, _map.Height, PngPixels.Gray16));
    }

    private void WriteSegments(string name, SegmentationResult result)
    {
        if (_segmentLines is null)
        {
            _segments.Create();
            _segmentLines = new StreamWriter(_segments.GrowingPath) { AutoFlush = true, NewLine = "\n" };
        }

        var line = new LabelMapEntries.FrameSegments(
            name,
            [.. result.Segments.Select(s => new LabelMapEntries.SegmentEntry(s.Id, s.ClassIndex, result.Vocabulary.Classes[s.ClassIndex].Name, s.IsThing, s.Score))]);
        try
        {
            _segmentLines.WriteLine(JsonSerializer.Serialize(line, LabelMapJson.Lines.FrameSegments));
        }
        catch (IOException e)
        {
            throw new InputException($"cannot write '{_segments.Path}': {e.Message}", e);
        }
    }

    private void Finish()
    {
        if (_isFinished)
        {
            return;
        }

        _isFinished = true;
        if (_segmentLines is not null)
        {
            _segmentLines.Dispose();
            _segments.Commit();
        }

        if (_vocabularies.Count == 0)
        {
            return;
        }

        var legend = new LabelMapEntries.Legend(
            SegmentationResult.Void,
            _kind == LabelKind.Class ? "class_index" : "segment_id",
            [.. _vocabularies.Select(v => new LabelMapEntries.VocabularyEntry(
                v.FromFrame, [.. v.Vocabulary.Classes.Select((c, i) => new LabelMapEntries.ClassEntry(i, c.Name, c.IsThing))]))]);
        _legend.Create();
        try
        {
            File.WriteAllText(_legend.GrowingPath, JsonSerializer.Serialize(legend, LabelMapJson.Indented.Legend) + "\n");
        }
        catch (IOException e)
        {
            _legend.Discard();
            throw new InputException($"cannot write '{_legend.Path}': {e.Message}", e);
        }

        _legend.Commit();
    }
}
