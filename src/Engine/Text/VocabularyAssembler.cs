using OpenSegR.Realtime.Text.Cleaning;

namespace OpenSegR.Realtime.Text;

/// <summary>Collects the classes of a vocabulary one after the other and checks each.</summary>
/// <param name="mergeDuplicates">Whether a class whose first name came before is merged into that class, or kept beside it.</param>
/// <param name="warn">Told what was tolerated; may be null.</param>
internal sealed class VocabularyAssembler(bool mergeDuplicates, Action<string>? warn)
{
    private const string ThingMark = "thing";
    private const string StuffMark = "stuff";

    private readonly List<VocabularyClass> _classes = [];
    private readonly Dictionary<string, int> _byFirstName = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _repeated = [];

    /// <summary>Adds one class.</summary>
    /// <param name="words">Its synonyms, separated by commas, with or without marks.</param>
    /// <param name="where">Its place, for messages: "class 3", "line 7 of 'x.txt'".</param>
    /// <exception cref="InputException">The class is empty or malformed, or one too many.</exception>
    public void Add(string words, string where)
    {
        var synonyms = new List<string>();
        bool? mark = null;
        foreach (var part in words.Split(','))
        {
            var name = TakeMark(part.Trim(), where, ref mark);
            Check(name, words, where);
            name = PythonText.CollapseSpace(name);

            // CLIP lowers every text, so names that differ in case alone are one.
            if (!synonyms.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                synonyms.Add(name);
            }

            if (synonyms.Count > VocabularyParser.MaxSynonyms)
            {
                throw new InputException(
                    $"{where} has more than {VocabularyParser.MaxSynonyms} synonyms; separate classes with ';' or line breaks");
            }
        }

        var isThing = mark ?? !StuffWords.Contains(synonyms[0]);
        if (!_byFirstName.TryAdd(synonyms[0], _classes.Count))
        {
            _repeated.Add(synonyms[0]);
            if (mergeDuplicates)
            {
                var index = _byFirstName[synonyms[0]];
                var known = _classes[index];
                _classes[index] = new VocabularyClass(
                    [.. known.Synonyms.Union(synonyms, StringComparer.OrdinalIgnoreCase)], mark ?? known.IsThing);
                return;
            }
        }

        if (_classes.Count == Vocabulary.MaxClasses)
        {
            throw new InputException($"the vocabulary has more than {Vocabulary.MaxClasses} classes, the limit");
        }

        _classes.Add(new VocabularyClass(synonyms, isThing));
    }

    /// <summary>Returns the vocabulary.</summary>
    /// <param name="emptyMessage">The error where no class was added.</param>
    /// <exception cref="InputException">There is no class.</exception>
    public Vocabulary Finish(string emptyMessage)
    {
        if (_classes.Count == 0)
        {
            throw new InputException(emptyMessage);
        }

        if (_repeated.Count > 0)
        {
            var names = string.Join(", ", _repeated.Distinct(StringComparer.OrdinalIgnoreCase).Take(5).Select(name => $"'{name}'"));
            warn?.Invoke($"the vocabulary names {names}{(_repeated.Count > 5 ? " and others" : "")} more than once: "
                + (mergeDuplicates ? "their synonyms were merged" : "all were kept, as their numbers may matter"));
        }

        return new Vocabulary(_classes);
    }

    /// <summary>Cuts "+thing" or "+stuff" off a name.</summary>
    private static string TakeMark(string name, string where, ref bool? mark)
    {
        var plus = name.LastIndexOf('+');
        var word = plus < 0 ? "" : name[(plus + 1)..].Trim();
        var isThing = word.Equals(ThingMark, StringComparison.OrdinalIgnoreCase);
        if (!isThing && !word.Equals(StuffMark, StringComparison.OrdinalIgnoreCase))
        {
            // A plus sign inside a name is part of it; one that begins the last word is meant as a mark.
            return plus > 0 && name[plus - 1] == ' ' && word.Length > 0 && !word.Contains(' ', StringComparison.Ordinal)
                ? throw new InputException($"{where}: '+{word}' is no mark; a name may be followed by +{ThingMark} or +{StuffMark}")
                : name;
        }

        if (mark is { } earlier && earlier != isThing)
        {
            throw new InputException($"{where} is marked both +{ThingMark} and +{StuffMark}; choose one");
        }

        mark = isThing;
        return name[..plus].TrimEnd();
    }

    private static void Check(string name, string words, string where)
    {
        if (name.Length == 0)
        {
            throw new InputException(string.IsNullOrWhiteSpace(words)
                ? $"{where} is empty: there is nothing between two separators"
                : $"{where} has an empty name between its commas: '{Shorten(words.Trim())}'");
        }

        if (name.Length > VocabularyParser.MaxNameLength)
        {
            throw new InputException(
                $"{where} has a name of {name.Length} characters ('{Shorten(name)}'), the limit is {VocabularyParser.MaxNameLength}");
        }

        for (var i = 0; i < name.Length; i++)
        {
            var isHalf = char.IsSurrogate(name[i]);
            if (isHalf && i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]))
            {
                i++;
            }
            else if (isHalf || (char.IsControl(name[i]) && !PythonText.IsSpace(name[i])))
            {
                throw new InputException($"{where} has the character U+{(int)name[i]:X4} in a name, which is no text");
            }
        }
    }

    private static string Shorten(string text)
    {
        var visible = new string([.. text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return visible.Length <= 40 ? visible : visible[..40] + "...";
    }
}
