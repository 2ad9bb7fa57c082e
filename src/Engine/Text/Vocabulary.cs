namespace OpenSegR.Realtime.Text;

/// <summary>
/// An immutable list of classes. A pipeline reads one snapshot a frame; changing the words means swapping in another vocabulary.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>Most classes that one vocabulary may hold: label maps are 16-bit and one value is void.</summary>
    public const int MaxClasses = 65535;

    /// <summary>Creates a vocabulary.</summary>
    /// <exception cref="InputException">There are more than <see cref="MaxClasses"/> classes.</exception>
    public Vocabulary(IReadOnlyList<VocabularyClass> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count > MaxClasses)
        {
            throw new InputException($"a vocabulary may hold {MaxClasses} classes at most, this one has {classes.Count}");
        }

        Classes = classes;
    }

    /// <summary>The vocabulary of no class, for results that have not been filled yet.</summary>
    public static Vocabulary Empty { get; } = new([]);

    /// <summary>The classes, in the order of their indices.</summary>
    public IReadOnlyList<VocabularyClass> Classes { get; }

    /// <summary>Number of classes.</summary>
    public int Count => Classes.Count;
}
