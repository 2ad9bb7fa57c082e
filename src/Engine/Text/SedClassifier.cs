using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// Words as SED takes them: a classifier whose group of a class is its P rows in the order of the prompt templates, [T, P, C]. They do not
/// compete; the network correlates every pixel with each of them.
/// </summary>
public static class SedClassifier
{
    /// <summary>
    /// Embeds a vocabulary (SED, sed/modeling/transformer/sed_predictor.py, class_embeddings): each sentence is normalised, the names of a
    /// class are averaged template by template, and the mean is normalised.
    /// </summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="templates">The sentences around each name; ImageNet's 80 for published models.</param>
    /// <param name="encoder">The model's text tower.</param>
    /// <param name="tokenizer">The tokenizer that the tower was trained with.</param>
    /// <param name="cache">Where embeddings are kept between runs, or null.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches; what is done stays in the cache.</param>
    /// <exception cref="InputException">The vocabulary is empty or a name is too long.</exception>
    public static TextClassifier Build(
        Vocabulary vocabulary,
        PromptTemplates templates,
        ITextEncoder encoder,
        ClipTokenizer tokenizer,
        EmbeddingCache? cache = null,
        IProgress<EmbeddingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var prompts = Prompts(vocabulary, templates);
        var rows = new ClassEmbedder(encoder, tokenizer, cache).Embed(prompts, progress, cancellationToken);
        int[] classes = [.. Enumerable.Range(0, vocabulary.Count)];
        return new TextClassifier(
            vocabulary, encoder.Dimension, rows, classes, 1, TextClassifier.ReferenceGroups([.. classes.Select(_ => templates.Count)], 1));
    }

    /// <summary>Throws unless a classifier is laid out for a model with so many prompts.</summary>
    /// <exception cref="InputException">It is not.</exception>
    internal static void Check(TextClassifier classifier, int prompts)
    {
        if (classifier.ReasonCount != 1 || classifier.RowCount != classifier.ClassIndex.Length * prompts
            || classifier.Groups.Select((group, t) => group.Length == prompts && group[0] == t * prompts && group[^1] == group[0] + prompts - 1).Contains(false))
        {
            throw new InputException(
                $"the text embeddings are {classifier.RowCount} rows for {classifier.ClassIndex.Length} classes, a SED model needs {prompts} of each class, "
                + "one for each prompt template: embed the words with this model");
        }
    }

    /// <summary>The sentences of each class.</summary>
    /// <exception cref="InputException">The vocabulary is empty.</exception>
    internal static IReadOnlyList<ClassPrompts> Prompts(Vocabulary vocabulary, PromptTemplates templates)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(templates);
        return vocabulary.Count == 0
            ? throw new InputException("the vocabulary is empty: give at least one class")
            : [.. vocabulary.Classes.Select(c => new ClassPrompts(templates, c.Synonyms, [], PromptOrder.RowPerTemplate))];
    }
}
