using System.Text.Json;
using OpenSegR.Realtime.Text.Cleaning;

namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>The forms that replies must have. What a model says is input like any other: bounded, cleaned, or refused.</summary>
internal static class ReasonReply
{
    /// <summary>Most attributes that are kept of a class.</summary>
    public const int MaxAttributes = 16;

    private const int MaxAttributeLength = 120;
    private const int MaxCategoryLength = 80;
    private const int MaxClasses = 500;

    /// <summary>Reads <c>{ "general_category": "...", "sub_category": "...", "attributes": ["...", ...] }</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="key">Name of the class that was asked about.</param>
    /// <param name="reply">The whole reply, kept with the entry.</param>
    public static ReasonEntry? Reasons(JsonElement json, string key, string reply)
    {
        if (!json.TryGetProperty("attributes", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var attributes = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || Phrase(item.GetString(), MaxAttributeLength) is not { } attribute)
            {
                return null;
            }

            if (attributes.Count < MaxAttributes && !attributes.Contains(attribute, StringComparer.OrdinalIgnoreCase))
            {
                attributes.Add(attribute);
            }
        }

        return attributes.Count == 0 ? null : new ReasonEntry(key, attributes)
        {
            GeneralCategory = Category(json, "general_category"),
            SubCategory = Category(json, "sub_category"),
            RawResponse = reply,
        };
    }

    /// <summary>Reads <c>{ "classes": ["...", ...] }</c>; the list may be empty.</summary>
    public static IReadOnlyList<string>? Classes(JsonElement json)
    {
        if (!json.TryGetProperty("classes", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxClasses)
        {
            return null;
        }

        var names = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || Phrase(item.GetString(), VocabularyParser.MaxNameLength) is not { } name)
            {
                return null;
            }

            names.Add(name);
        }

        return names;
    }

    private static string? Category(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? Phrase(value.GetString(), MaxCategoryLength)
            : null;

    /// <summary>One line without controls and without the full stop that models like to add; null where it is empty or too long.</summary>
    private static string? Phrase(string? text, int maxLength)
    {
        if (text is null || text.Length > maxLength * 4)
        {
            return null;
        }

        var phrase = PythonText.CollapseSpace(new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)])).TrimEnd('.', ';', ',', ' ');
        return phrase.Length > 0 && phrase.Length <= maxLength ? phrase : null;
    }
}
