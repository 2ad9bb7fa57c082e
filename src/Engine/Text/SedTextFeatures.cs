using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// A vocabulary embedded for SED: for each class one row per template, averaged over the class's names, immutable.
/// </summary>
/// <param name="Vocabulary">The words.</param>
/// <param name="PromptCount">P, templates.</param>
/// <param name="Dimension">C, length of one row.</param>
/// <param name="Features">[T, P, C] unit rows.</param>
public sealed record SedTextFeatures(Vocabulary Vocabulary, int PromptCount, int Dimension, float[] Features)
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
    public static SedTextFeatures Build(
        Vocabulary vocabulary,
        PromptTemplates templates,
        ITextEncoder encoder,
        ClipTokenizer tokenizer,
        EmbeddingCache? cache = null,
        IProgress<EmbeddingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(templates);
        ArgumentNullException.ThrowIfNull(encoder);
        if (vocabulary.Count == 0)
        {
            throw new InputException("the vocabulary is empty: give at least one class");
        }

        var prompts = vocabulary.Classes.Select(c => new ClassPrompts(templates, c.Synonyms, [], PromptOrder.RowPerTemplate)).ToList();
        var rows = new ClassEmbedder(encoder, tokenizer, cache).Embed(prompts, progress, cancellationToken);
        return new SedTextFeatures(vocabulary, templates.Count, encoder.Dimension, rows);
    }
}
