using System.Globalization;
using System.Text.Json;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// Reads the words that a user writes.
/// <para>
/// On one line, <c>;</c> separates classes and <c>,</c> the synonyms of a class: <c>person, child; green bicycle; sky</c>. A file has one
/// class a line; empty lines and lines that begin with <c>#</c> are passed over, and a number before a colon, as published class lists
/// have it (<c>12:car,cars</c>), too. A JSON file is a list of such classes: <c>["person, child", "sky"]</c>.
/// </para>
/// <para>
/// <c>+thing</c> or <c>+stuff</c> after a name says whether the class has countable instances: <c>tree +thing; window +stuff</c>. A class
/// without a mark is stuff where its first name is a common word for a region (sky, grass, road, wall, water ...), else a thing.
/// </para>
/// </summary>
public static class VocabularyParser
{
    /// <summary>Longest name, in characters. Longer ones do not fit the text tower anyway.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Most synonyms of one class.</summary>
    public const int MaxSynonyms = 500;

    private const string What = "the vocabulary";
    private const string Example = "for example \"person, child; dog; sky\"";
    private const int MaxFileBytes = 32 << 20;

    // Published lists keep the numbers of labels that do not exist with this name.
    private const string PlaceholderName = "invalid_class_id";

    /// <summary>Reads what follows --vocab: the name of a file where there is one of that name, else words.</summary>
    /// <param name="wordsOrFile">Words, or a path.</param>
    /// <param name="warn">Told one line of everything that was tolerated; may be null.</param>
    /// <exception cref="InputException">The words are empty, malformed or too many, or the file cannot be read.</exception>
    public static Vocabulary Read(string wordsOrFile, Action<string>? warn = null) => Read(wordsOrFile, mergeDuplicates: true, warn);

    /// <summary>As <see cref="Read(string, Action{string}?)"/>, where classes of the same first name may have to keep their places.</summary>
    /// <param name="wordsOrFile">Words, or a path.</param>
    /// <param name="mergeDuplicates">Whether such classes become one; false where their order is that of a dataset's labels.</param>
    /// <param name="warn">Told one line of everything that was tolerated; may be null.</param>
    /// <exception cref="InputException">The words are empty, malformed or too many, or the file cannot be read.</exception>
    public static Vocabulary Read(string wordsOrFile, bool mergeDuplicates, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(wordsOrFile);
        if (File.Exists(wordsOrFile))
        {
            return ReadFile(wordsOrFile, mergeDuplicates, warn);
        }

        if (Directory.Exists(wordsOrFile))
        {
            throw new InputException($"{What} '{wordsOrFile}' is a folder, a file is needed");
        }

        // Words with a file's extension are nearly always a mistyped path.
        return Path.GetExtension(wordsOrFile).ToUpperInvariant() is ".TXT" or ".JSON"
            ? throw new InputException($"{What} '{wordsOrFile}' does not exist; check the path")
            : Parse(wordsOrFile, mergeDuplicates, warn);
    }

    /// <summary>Reads words: <c>;</c> or a line break separates classes, <c>,</c> synonyms.</summary>
    /// <param name="words">The words.</param>
    /// <param name="warn">Told one line of everything that was tolerated; may be null.</param>
    /// <exception cref="InputException">The words are empty, malformed or too many.</exception>
    public static Vocabulary Parse(string words, Action<string>? warn = null) => Parse(words, mergeDuplicates: true, warn);

    private static Vocabulary Parse(string words, bool mergeDuplicates, Action<string>? warn)
    {
        ArgumentNullException.ThrowIfNull(words);
        var assembler = new VocabularyAssembler(mergeDuplicates, warn);
        var classes = words.Split([';', '\n']);
        for (var i = 0; i < classes.Length; i++)
        {
            // A separator may also end the list.
            if (i > 0 && i == classes.Length - 1 && string.IsNullOrWhiteSpace(classes[i]))
            {
                break;
            }

            assembler.Add(classes[i], $"class {i + 1} of the vocabulary");
        }

        return assembler.Finish($"{What} is empty: give at least one class, {Example}");
    }

    /// <summary>Reads a file of classes, one a line, or a JSON list of them.</summary>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="warn">Told one line of everything that was tolerated; may be null.</param>
    /// <exception cref="InputException">The file cannot be read, is malformed, or names no class or too many.</exception>
    public static Vocabulary ReadFile(string path, Action<string>? warn = null) => ReadFile(path, mergeDuplicates: true, warn);

    private static Vocabulary ReadFile(string path, bool mergeDuplicates, Action<string>? warn)
    {
        var text = UserFile.ReadText(path, What, MaxFileBytes);
        var isJson = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);
        var lines = isJson ? JsonLines(text, path) : TextLines(text);

        // Classes of a numbered list or a data set's JSON keep their places, which mean something to whoever made the file.
        var assembler = new VocabularyAssembler(mergeDuplicates && !isJson && !lines.Any(line => line.IsNumbered), warn);
        foreach (var (words, number, _) in lines.Where(line => line.Words != PlaceholderName))
        {
            assembler.Add(words, isJson ? $"entry {number} of '{path}'" : $"line {number} of '{path}'");
        }

        return assembler.Finish($"{What} '{path}' is empty: it needs one class a line, synonyms separated by commas");
    }

    private static List<(string Words, int Number, bool IsNumbered)> TextLines(string text)
    {
        var lines = new List<(string Words, int Number, bool IsNumbered)>();
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            var colon = line.IndexOf(':');
            var isNumbered = colon > 0 && int.TryParse(line[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            lines.Add(((isNumbered ? line[(colon + 1)..].Trim() : line).ToString(), number, isNumbered));
        }

        return lines;
    }

    private static List<(string Words, int Number, bool IsNumbered)> JsonLines(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return [.. document.RootElement.EnumerateArray().Select((entry, i) => (entry.GetString() ?? "", i + 1, true))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{What} '{path}' is not a JSON list of strings: {JsonErrors.Describe(e)}", e);
        }
    }
}
