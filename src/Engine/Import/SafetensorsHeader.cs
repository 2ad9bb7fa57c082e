using System.Text;
using System.Text.Json;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// Reads the header of a safetensors file: eight bytes of length, then a JSON object of name to dtype, shape and data_offsets, then the
/// data. Follows the rules of the public format: no overlaps, no holes, no bytes after the last tensor, no repeated names.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Longest header that the format allows.</summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>Name that holds the free-form string map and is no tensor.</summary>
    public const string MetadataName = "__metadata__";

    private const int MaxNameLength = 4096;
    private const int MaxTensors = 100_000;

    /// <summary>Parses a header.</summary>
    /// <param name="path">File name for messages.</param>
    /// <param name="json">The JSON bytes.</param>
    /// <param name="dataStart">Position in the file of the first data byte.</param>
    /// <param name="fileLength">Length of the whole file.</param>
    /// <param name="metadata">Receives the string map, empty where there is none.</param>
    /// <returns>All tensors in the order of their data.</returns>
    /// <exception cref="ModelException">The header breaks the format.</exception>
    public static List<TensorInfo> Parse(
        string path, ReadOnlySpan<byte> json, long dataStart, long fileLength, out Dictionary<string, string> metadata)
    {
        var tensors = new List<TensorInfo>();
        metadata = [];
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            Expect(ref reader, JsonTokenType.StartObject, path, "the header is not an object");
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (names.Count >= MaxTensors)
                {
                    throw Broken(path, $"it has more than {MaxTensors} tensors");
                }

                if (!names.Add(name))
                {
                    throw Broken(path, $"the name '{Shorten(name)}' appears twice");
                }

                if (name == MetadataName)
                {
                    ReadMetadata(ref reader, path, metadata);
                }
                else
                {
                    tensors.Add(ReadTensor(ref reader, path, name, dataStart, fileLength));
                }
            }

            // Reading on finds text after the object; the reader allows white space alone.
            while (reader.Read())
            {
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or DecoderFallbackException)
        {
            throw new ModelException($"'{path}' is not a valid safetensors file: its header is damaged ({FirstSentence(error)}); get the file again", error);
        }

        tensors.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteLength.CompareTo(b.ByteLength));
        var position = dataStart;
        foreach (var tensor in tensors)
        {
            if (tensor.Offset != position)
            {
                throw Broken(path, tensor.Offset < position
                    ? $"tensor '{Shorten(tensor.Name)}' overlaps another one"
                    : $"there are unused bytes before tensor '{Shorten(tensor.Name)}'");
            }

            position += tensor.ByteLength;
        }

        if (position != fileLength)
        {
            throw Broken(path, $"its tensors end at byte {position}, the file has {fileLength}");
        }

        return tensors;
    }

    private static TensorInfo ReadTensor(ref Utf8JsonReader reader, string path, string name, long dataStart, long fileLength)
    {
        if (name.Length > MaxNameLength)
        {
            throw Broken(path, $"a tensor name is {name.Length} characters long");
        }

        string? typeName = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, path, $"entry '{Shorten(name)}' is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            switch (field)
            {
                case "dtype" when typeName is null:
                    Expect(ref reader, JsonTokenType.String, path, $"the dtype of '{Shorten(name)}' is not a string");
                    typeName = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, path, name, TensorSpec.MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, path, name, 2);
                    break;
                default:
                    throw Broken(path, $"tensor '{Shorten(name)}' has an unknown or repeated field '{Shorten(field!)}'");
            }
        }

        if (typeName is null || shape is null || offsets is not { Count: 2 })
        {
            throw Broken(path, $"tensor '{Shorten(name)}' lacks its dtype, shape or data_offsets");
        }

        if (!TensorTypes.TryParse(typeName, out var type))
        {
            throw new ModelException(
                $"'{path}': tensor '{Shorten(name)}' has the element type '{Shorten(typeName)}', which is not supported (supported: {string.Join(", ", Enum.GetNames<TensorType>())})");
        }

        var sides = new int[shape.Count];
        for (var i = 0; i < sides.Length; i++)
        {
            sides[i] = shape[i] is >= 0 and <= int.MaxValue
                ? (int)shape[i]
                : throw Broken(path, $"tensor '{Shorten(name)}' has an impossible side of {shape[i]}");
        }

        var available = fileLength - dataStart;
        long begin = offsets[0], end = offsets[1];
        if (begin < 0 || end < begin || end > available)
        {
            throw Broken(path, $"tensor '{Shorten(name)}' claims bytes {begin} to {end} of {available}: the file is damaged or cut short");
        }

        if (!TensorSpec.TryCount(sides, out var count) || count * type.ByteSize() != end - begin)
        {
            throw Broken(path, $"tensor '{Shorten(name)}' of shape {TensorSpec.FormatShape(sides)} and type {type} does not fill its {end - begin} bytes");
        }

        return new TensorInfo(name, type, sides, dataStart + begin, end - begin);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, string path, Dictionary<string, string> metadata)
    {
        Expect(ref reader, JsonTokenType.StartObject, path, $"{MetadataName} is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, path, $"{MetadataName} holds something that is not a string");
            metadata[key] = reader.GetString()!;
        }
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string path, string name, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, path, $"tensor '{Shorten(name)}' has a shape or offsets that are no list");
        var numbers = new List<long>(4);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || numbers.Count == most)
            {
                throw Broken(path, $"tensor '{Shorten(name)}' has a shape or offsets that are not up to {most} whole numbers");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string path, string problem)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw Broken(path, problem);
        }
    }

    private static ModelException Broken(string path, string problem) =>
        new($"'{path}' is not a valid safetensors file: {problem}; get the file again or write it anew");

    private static string Shorten(string text) => text.Length <= 120 ? text : text[..117] + "...";

    private static string FirstSentence(Exception error) => error.Message.Split('.', 2)[0].ReplaceLineEndings(" ");
}
