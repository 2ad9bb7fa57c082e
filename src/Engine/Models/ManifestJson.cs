using System.Text.Json;

namespace OpenSegR.Realtime.Models;

/// <summary>
/// Reads and writes model.json. Unknown, missing and repeated properties are errors: a manifest is written by this engine, so each of them
/// is a slip of the pen or a newer format, and neither should be guessed at.
/// </summary>
internal static class ManifestJson
{
    /// <summary>Writes a manifest as UTF-8 text with a final line feed.</summary>
    public static byte[] Serialize(ModelManifest manifest) => [.. JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJsonContext.Default.ModelManifest), (byte)'\n'];

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">UTF-8 text, with or without a byte order mark.</param>
    /// <param name="path">File name for messages.</param>
    /// <exception cref="ModelException">The text is no manifest.</exception>
    public static ModelManifest Deserialize(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            var text = json is [0xEF, 0xBB, 0xBF, ..] ? json[3..] : json;
            return JsonSerializer.Deserialize(text, ManifestJsonContext.Default.ModelManifest) ?? throw new ModelException($"'{path}' is empty; import the checkpoint again");
        }
        catch (JsonException error)
        {
            // A newer layout fails here because of its new properties; then the version is the better explanation.
            throw FormatOf(json) is { } format && format != ModelManifest.CurrentFormat
                ? WrongFormat(path, format)
                : new ModelException($"'{path}' is no valid manifest: {error.Message.ReplaceLineEndings(" ")} Import the checkpoint again", error);
        }
    }

    /// <summary>The error for a manifest of another layout.</summary>
    public static ModelException WrongFormat(string path, int format) =>
        new($"'{path}' has format {format}, this version reads {ModelManifest.CurrentFormat}: {(format > ModelManifest.CurrentFormat ? "use a newer version" : "import the checkpoint again")}");

    private static int? FormatOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return JsonDocument.TryParseValue(ref reader, out var document) && document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("format", out var format) && format.TryGetInt32(out var number) ? number : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
