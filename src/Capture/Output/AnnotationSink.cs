using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Writes one line of JSON a frame (JSON Lines), everything in pixels of the frame:
/// <code>
/// {"frame": 12, "timestamp": 0.48, "name": "street.jpg", "width": 640, "height": 360, "masks_of_frame": 12, "segments": [
///   {"id": 1, "class": "sky", "class_index": 0, "is_thing": false, "score": 0.93, "area": 51200, "box": [x, y, width, height], "track_id": 7,
///    "contours": [[x, y, x, y, ...], ...], "rle": {"size": [height, width], "counts": "..."}}]}
/// </code>
/// "name" and "track_id" are there where the frame or segment has one. "masks_of_frame" differs from "frame" where masks were reused, and is -1
/// where there were none yet. "contours" run along the edges between pixels, outer ones clockwise, holes counter-clockwise: filled by the
/// even-odd rule they are exactly the mask. "rle" is COCO's compressed form, which pycocotools decodes as it is.
/// </summary>
/// <remarks>
/// The file grows as "NAME.partial.jsonl", line by line, and gets its name at the end, also of an interrupted run.
/// </remarks>
public sealed class AnnotationSink : ISegmentationSink
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private readonly PartialFile _file;
    private readonly ArrayBufferWriter<byte> _line = new(64 * 1024);
    private readonly Utf8JsonWriter _json;
    private readonly SegmentMap _map = new();
    private readonly RunLengths _runs = new();
    private readonly ContourTracer _contours = new();
    private FileStream? _output;

    /// <summary>Chooses the file; nothing is written before <see cref="Open"/>.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    public AnnotationSink(string path)
    {
        _file = new PartialFile(path);
        _json = new Utf8JsonWriter(_line, Format);
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Open(FrameSourceInfo source)
    {
        _file.Create();
        // Unbuffered: each line goes out as a whole.
        _output = new FileStream(_file.GrowingPath, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be written any further (a full disk).</exception>
    public void Write(Frame frame, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(result);
        if (_output is null)
        {
            throw new InvalidOperationException("open the annotation file before writing to it");
        }

        _line.ResetWrittenCount();
        _json.Reset();
        WriteFrame(frame, result);
        _json.Flush();
        _line.Write("\n"u8);
        var before = _output.Position;
        try
        {
            _output.Write(_line.WrittenSpan);
        }
        catch (IOException e)
        {
            throw GiveUp(before, e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be finished.</exception>
    public void Complete() => Finish();

    /// <summary>Finishes the file, if <see cref="Complete"/> has not: it then holds the lines written so far.</summary>
    public void Dispose()
    {
        Finish();
        _json.Dispose();
    }

    private void Finish()
    {
        if (_output is null)
        {
            return;
        }

        _output.Dispose();
        _output = null;
        _file.Commit();
    }

    private InputException GiveUp(long wholeLines, IOException cause)
    {
        try
        {
            _output!.SetLength(wholeLines);
        }
        catch (IOException)
        {
            // The torn last line stays; readers of JSON lines notice it.
        }

        _output!.Dispose();
        _output = null;
        var message = $"cannot write '{_file.Path}': {cause.Message}";
        if (wholeLines > 0)
        {
            return new InputException($"{message}; the lines written until then are in '{_file.GrowingPath}'", cause);
        }

        _file.Discard();
        return new InputException(message, cause);
    }

    private void WriteFrame(Frame frame, SegmentationResult result)
    {
        _json.WriteStartObject();
        _json.WriteNumber("frame"u8, frame.Index);
        _json.WriteNumber("timestamp"u8, frame.TimestampUs / 1e6);
        if (frame.Name is not null)
        {
            _json.WriteString("name"u8, frame.Name);
        }

        _json.WriteNumber("width"u8, frame.Width);
        _json.WriteNumber("height"u8, frame.Height);
        _json.WriteNumber("masks_of_frame"u8, result.FrameIndex);
        _json.WriteStartArray("segments"u8);
        var overlap = result.InstanceMasks.Count == result.Segments.Count;
        if (!overlap)
        {
            _map.Fill(result, frame.Width, frame.Height);
            _runs.Encode(_map, result.Segments.Count);
            _contours.Trace(_map, result.Segments.Count);
        }

        for (var i = 0; i < result.Segments.Count; i++)
        {
            var position = i;
            if (overlap)
            {
                // Instances may lie over one another, so each has a map of its own.
                _map.Fill(result.InstanceMasks[i], segment: 0, frame.Width, frame.Height);
                _runs.Encode(_map, 1);
                _contours.Trace(_map, 1);
                position = 0;
            }

            WriteSegment(result.Segments[i], position, result);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteSegment(Segment segment, int position, SegmentationResult result)
    {
        _json.WriteStartObject();
        _json.WriteNumber("id"u8, segment.Id);
        _json.WriteString("class"u8, result.Vocabulary.Classes[segment.ClassIndex].Name);
        _json.WriteNumber("class_index"u8, segment.ClassIndex);
        _json.WriteBoolean("is_thing"u8, segment.IsThing);
        _json.WriteNumber("score"u8, segment.Score);
        _json.WriteNumber("area"u8, _runs.Area(position));
        var (left, top, right, bottom) = (int.MaxValue, int.MaxValue, 0, 0);
        foreach (var contour in _contours.Contours)
        {
            if (contour.Segment == position)
            {
                var points = _contours.Points(contour);
                for (var k = 0; k < points.Length; k += 2)
                {
                    (left, right) = (Math.Min(left, points[k]), Math.Max(right, points[k]));
                    (top, bottom) = (Math.Min(top, points[k + 1]), Math.Max(bottom, points[k + 1]));
                }
            }
        }

        _json.WriteStartArray("box"u8);
        var isEmpty = right == 0;
        _json.WriteNumberValue(isEmpty ? 0 : left);
        _json.WriteNumberValue(isEmpty ? 0 : top);
        _json.WriteNumberValue(isEmpty ? 0 : right - left);
        _json.WriteNumberValue(isEmpty ? 0 : bottom - top);
        _json.WriteEndArray();
        if (segment.TrackId != 0)
        {
            _json.WriteNumber("track_id"u8, segment.TrackId);
        }

        WriteContours(position);
        _json.WriteStartObject("rle"u8);
        _json.WriteStartArray("size"u8);
        _json.WriteNumberValue(_map.Height);
        _json.WriteNumberValue(_map.Width);
        _json.WriteEndArray();
        _json.WriteString("counts"u8, _runs.Text(position));
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteContours(int position)
    {
        _json.WriteStartArray("contours"u8);
        foreach (var contour in _contours.Contours)
        {
            if (contour.Segment != position)
            {
                continue;
            }

            _json.WriteStartArray();
            foreach (var coordinate in _contours.Points(contour))
            {
                _json.WriteNumberValue(coordinate);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndArray();
    }
}
