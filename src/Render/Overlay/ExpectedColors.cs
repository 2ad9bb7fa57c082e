using System.Collections.Frozen;

namespace OpenSegR.Realtime.Render;

/// <summary>The colours in which people expect to see things, by their names.</summary>
internal static class ExpectedColors
{
    private static readonly FrozenDictionary<string, Rgb> Adjectives = Table(
    [
        (0xE53935, "red crimson scarlet ruby"),
        (0xFB8C00, "orange amber"),
        (0xFDD835, "yellow golden lemon"),
        (0x43A047, "green emerald"),
        (0x9CCC3A, "lime"),
        (0x20C9C9, "cyan turquoise teal aqua"),
        (0x2F6FE0, "blue navy azure"),
        (0x9B4FE0, "purple violet lavender"),
        (0xF58AB0, "pink magenta"),
        (0x8D5B3A, "brown chestnut"),
        (0xD2B48C, "beige tan"),
        (0x708090, "gray grey silver"),
        (0xD8D8F0, "white"),
        (0x303030, "black"),
    ]);

    private static readonly FrozenDictionary<string, Rgb> Nouns = Table(
    [
        (0xE53935, "person people man woman child fire"),
        (0xFB8C00, "car orange basketball"),
        (0xFDD835, "bus banana sunflower lemon"),
        (0x43A047, "tree trees bush forest vegetation plant leaves foliage hedge shrub shrubs"),
        (0x9CCC3A, "grass lawn meadow field pasture turf"),
        (0x2F6FE0, "water sea ocean river lake stream"),
        (0x8CCBFF, "sky"),
        (0xF58AB0, "rose"),
        (0x8D5B3A, "wood earth soil ground mud planks timber"),
        (0xD2B48C, "sand beach desert floor"),
        (0x708090, "road street asphalt pavement paving stone stones rock rocks concrete gravel highway tarmac"),
        (0xD8D8F0, "snow ice"),
        (0xA0522D, "brick bricks roof building buildings house wall"),
        (0x5E6B8C, "mountain mountains hill hills cliff"),
        (0xFFCBA4, "skin face hand"),
    ]);

    /// <summary>The colour that a name calls for: of the first colour word in it, or else of its last word; null where neither is known.</summary>
    /// <param name="name">A class name of one or more words, such as "red ball" or "paving stones".</param>
    public static Rgb? Of(string name)
    {
        var words = name.Split([' ', '-', '_'], StringSplitOptions.RemoveEmptyEntries);
        var adjective = words.FirstOrDefault(Adjectives.ContainsKey);
        return adjective is not null ? Adjectives[adjective]
            : words is [.., var noun] && Nouns.TryGetValue(noun, out var color) ? color
            : null;
    }

    private static FrozenDictionary<string, Rgb> Table((int Color, string Words)[] rows) => rows
        .SelectMany(row => row.Words.Split(' '), (row, word) => KeyValuePair.Create(word, Rgb.FromHex(row.Color)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
