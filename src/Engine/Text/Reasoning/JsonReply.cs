using System.Text;
using System.Text.Json;

namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>
/// Finds the JSON that was asked for in what a model says: bare, in a fenced block, or after thinking aloud.
/// </summary>
internal static class JsonReply
{
    private const string ThinkingEnd = "</think>";
    private const int MaxDepth = 8;

    // Every brace of a long text that is no JSON would be tried otherwise.
    private const int MaxCandidates = 64;

    /// <summary>Returns the first object in the reply that the schema accepts, or null.</summary>
    /// <param name="reply">The whole reply.</param>
    /// <param name="schema">Reads an object, or returns null where it is not of the asked form.</param>
    public static T? Find<T>(string reply, Func<JsonElement, T?> schema) where T : class
    {
        // Thoughts come first and may hold drafts.
        var thinking = reply.LastIndexOf(ThinkingEnd, StringComparison.Ordinal);
        var text = Encoding.UTF8.GetBytes(thinking < 0 ? reply : reply[(thinking + ThinkingEnd.Length)..]);
        var start = 0;
        for (var candidate = 0; candidate < MaxCandidates; candidate++)
        {
            var brace = text.AsSpan(start).IndexOf((byte)'{');
            if (brace < 0)
            {
                return null;
            }

            start += brace;
            if (TryParse(text.AsSpan(start), out var document))
            {
                using (document)
                {
                    if (schema(document!.RootElement) is { } result)
                    {
                        return result;
                    }
                }
            }

            start++;
        }

        return null;
    }

    /// <summary>Parses the value that the text begins with; what follows does not matter.</summary>
    private static bool TryParse(ReadOnlySpan<byte> text, out JsonDocument? document)
    {
        var reader = new Utf8JsonReader(
            text, new JsonReaderOptions { MaxDepth = MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            document = JsonDocument.ParseValue(ref reader);
            return true;
        }
        catch (JsonException)
        {
            document = null;
            return false;
        }
    }
}
