using System.Text.Json;

namespace OpenSegR.Realtime.Text;

/// <summary>Says in one line where and why JSON is malformed.</summary>
internal static class JsonErrors
{
    /// <summary>Describes an error of the JSON parser or of reading a value as another type.</summary>
    public static string Describe(Exception error)
    {
        if (error is not JsonException json)
        {
            return "it has a value of another type than expected";
        }

        // The parser's message ends with its own way of writing the place.
        var message = json.Message.ReplaceLineEndings(" ");
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        message = (place > 0 ? message[..place] : message).TrimEnd('.');
        return json.LineNumber is { } line ? $"line {line + 1}, byte {json.BytePositionInLine + 1}: {message}" : message;
    }
}
