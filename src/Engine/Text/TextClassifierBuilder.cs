using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// Embeds vocabularies for MAFT+: names, templates and reasons become sentences, sentences become rows, rows become the groups that
/// compete. Thread-safe as far as the text tower is.
/// </summary>
public sealed class TextClassifierBuilder
{
    private readonly ClassEmbedder _embedder;
    private readonly int _dimension;

    /// <summary>Creates a builder.</summary>
    /// <param name="encoder">The model's text tower; it stays the caller's.</param>
    /// <param name="tokenizer">The tokenizer that the tower was trained with.</param>
    /// <param name="cache">Where embeddings are kept between runs, or null.</param>
    public TextClassifierBuilder(ITextEncoder encoder, ClipTokenizer tokenizer, EmbeddingCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(tokenizer);
        _embedder = new ClassEmbedder(encoder, tokenizer, cache);
        _dimension = encoder.Dimension;
    }

    /// <summary>Embeds a vocabulary.</summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="options">Templates and reasoning.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="warn">Told one line of classes that reasoning says nothing about; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches; what is done stays in the cache.</param>
    /// <exception cref="InputException">The vocabulary is empty, reasoning names none of its classes, or a name is too long.</exception>
    public TextClassifier Build(
        Vocabulary vocabulary,
        TextClassifierOptions options,
        IProgress<EmbeddingProgress>? progress = null,
        Action<string>? warn = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(options);
        if (vocabulary.Count == 0)
        {
            throw new InputException("the vocabulary is empty: give at least one class");
        }

        var plan = ClassifierPlan.Make(vocabulary, options, warn);
        var rows = _embedder.Embed(plan.Prompts, progress, cancellationToken);
        return new TextClassifier(vocabulary, _dimension, rows, [.. plan.ClassIndex], plan.ReasonCount, plan.Groups());
    }
}
