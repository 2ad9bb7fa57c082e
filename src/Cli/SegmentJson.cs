using System.Text;
using System.Text.Json;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli;

/// <summary>The segments of one picture as JSON.</summary>
internal static class SegmentJson
{
    public static string Describe(SegmentationResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("mode", result.Mode.ToString().ToLowerInvariant());
            json.WriteNumber("width", result.Width);
            json.WriteNumber("height", result.Height);
            json.WriteStartArray("segments");
            foreach (var segment in result.Segments)
            {
                json.WriteStartObject();
                json.WriteNumber("id", segment.Id);
                json.WriteString("class", result.Vocabulary.Classes[segment.ClassIndex].Name);
                json.WriteNumber("class_index", segment.ClassIndex);
                json.WriteBoolean("thing", segment.IsThing);
                json.WriteNumber("score", segment.Score);
                json.WriteNumber("area", segment.Area);
                json.WriteStartArray("box");
                foreach (var side in new[] { segment.Box.Left, segment.Box.Top, segment.Box.Right, segment.Box.Bottom })
                {
                    json.WriteNumberValue(side);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
