using System.Text.Encodings.Web;
using System.Text.Json;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// OpenSeg-R's reasoning files. Generic reasoning is <c>{ CLASS: { "class_des": [...] } }</c>; reasoning for an image is
/// <c>{ "reasoning": { "map_class_reason": { CLASS: { "reason3": [...] } } } }</c>. CLASS may be several names, separated by commas. Other
/// members are allowed and not needed.
/// </summary>
public static class ReasonFile
{
    /// <summary>Longest attribute, in characters.</summary>
    public const int MaxAttributeLength = 1000;

    private const string What = "the reasoning file";
    private const int MaxFileBytes = 32 << 20;
    private const int MaxDepth = 32;
    private const string Reasoning = "reasoning";
    private const string ByClass = "map_class_reason";
    private const string ImageAttributes = "reason3";
    private const string GenericAttributes = "class_des";

    // A reply may hold any script; nothing here ends up inside HTML.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file of either kind.</summary>
    /// <param name="path">The file.</param>
    /// <param name="warn">Told one line of entries that cannot be used; may be null.</param>
    /// <exception cref="InputException">It cannot be read, is no such file, or has no entry that can be used.</exception>
    public static ReasonSet Read(string path, Action<string>? warn = null) =>
        Parse(UserFile.ReadBytes(path, What, MaxFileBytes), path, warn);

    /// <summary>Reads the content of a file of either kind.</summary>
    /// <param name="utf8Json">The content.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="warn">Told one line of entries that cannot be used; may be null.</param>
    /// <exception cref="InputException">It is malformed or has no entry that can be used.</exception>
    public static ReasonSet Parse(ReadOnlyMemory<byte> utf8Json, string source, Action<string>? warn = null)
    {
        if (utf8Json.Span.StartsWith("\uFEFF"u8))
        {
            utf8Json = utf8Json[3..];
        }

        try
        {
            using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"{What} '{source}' must be a JSON object of classes, it is {Name(root)}");
            }

            var isImage = root.TryGetProperty(Reasoning, out var reasoning) && reasoning.ValueKind == JsonValueKind.Object
                && !reasoning.TryGetProperty(GenericAttributes, out _);
            if (!isImage)
            {
                return Collect(ReasonKind.Generic, root, GenericAttributes, source, warn);
            }

            return reasoning.TryGetProperty(ByClass, out var classes) && classes.ValueKind == JsonValueKind.Object
                ? Collect(ReasonKind.Image, classes, ImageAttributes, source, warn)
                : throw new InputException($"{What} '{source}' has no object {Reasoning}.{ByClass}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{What} '{source}' is not valid JSON: {JsonErrors.Describe(e)}", e);
        }
    }

    /// <summary>Writes a set in the reference's schema, under a temporary name that is then renamed.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, ReasonSet reasons)
    {
        using var file = new TemporaryFile(path);
        file.Write(Serialize(reasons));
        file.Commit(durable: false);
    }

    /// <summary>A set in the reference's schema, as UTF-8.</summary>
    public static byte[] Serialize(ReasonSet reasons)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            if (reasons.Kind == ReasonKind.Image)
            {
                json.WriteStartObject(Reasoning);
                json.WriteStartObject(ByClass);
            }

            foreach (var entry in reasons.Entries)
            {
                json.WriteStartObject(entry.Key);
                WriteText(json, "raw_response", entry.RawResponse);
                WriteText(json, "general_category", entry.GeneralCategory);
                WriteText(json, "sub_category", entry.SubCategory);
                json.WriteStartArray(reasons.Kind == ReasonKind.Image ? ImageAttributes : GenericAttributes);
                foreach (var attribute in entry.Attributes)
                {
                    json.WriteStringValue(attribute);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            if (reasons.Kind == ReasonKind.Image)
            {
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static ReasonSet Collect(ReasonKind kind, JsonElement classes, string member, string source, Action<string>? warn)
    {
        // A repeated key keeps its first place and its last value, as in Python.
        var order = new List<string>();
        var entries = new Dictionary<string, ReasonEntry?>(StringComparer.Ordinal);
        foreach (var property in classes.EnumerateObject())
        {
            if (!entries.ContainsKey(property.Name))
            {
                order.Add(property.Name);
            }

            entries[property.Name] = Entry(property, member);
        }

        var unusable = order.Where(key => entries[key] is null).ToList();
        if (unusable.Count == order.Count)
        {
            throw new InputException(order.Count == 0
                ? $"{What} '{source}' has no class in it"
                : $"{What} '{source}' has no class with a list of attributes: each needs \"{member}\": [\"...\"]");
        }

        if (unusable.Count > 0)
        {
            warn?.Invoke($"{What} '{source}': {unusable.Count} of {order.Count} entries have no list of attributes (\"{member}\") "
                + $"and are not used, '{unusable[0]}' among them");
        }

        return new ReasonSet(kind, [.. order.Select(key => entries[key]).OfType<ReasonEntry>()]);
    }

    private static ReasonEntry? Entry(JsonProperty property, string member)
    {
        if (property.Value.ValueKind != JsonValueKind.Object || !property.Value.TryGetProperty(member, out var list)
            || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var attributes = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            // The longest sentence that the text tower reads is far shorter than the limit.
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 and <= MaxAttributeLength } attribute)
            {
                return null;
            }

            attributes.Add(attribute);
        }

        return attributes.Count == 0 ? null : new ReasonEntry(property.Name, attributes)
        {
            GeneralCategory = Text(property.Value, "general_category"),
            SubCategory = Text(property.Value, "sub_category"),
            RawResponse = Text(property.Value, "raw_response"),
        };
    }

    private static string? Text(JsonElement entry, string member) =>
        entry.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void WriteText(Utf8JsonWriter json, string member, string? value)
    {
        if (value is not null)
        {
            json.WriteString(member, value);
        }
    }

    private static string Name(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        _ => "a single value",
    };
}
