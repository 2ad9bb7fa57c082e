using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenSegR.Realtime.Capture;

/// <summary>What <see cref="LabelMapSink"/> writes as JSON, with generated serialisation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LabelMapEntries.FrameSegments))]
[JsonSerializable(typeof(LabelMapEntries.Legend))]
internal sealed partial class LabelMapJson : JsonSerializerContext
{
    /// <summary>One object a line.</summary>
    public static LabelMapJson Lines => Default;

    /// <summary>For people.</summary>
    public static LabelMapJson Indented { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    });
}
