namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>
/// Maps names that a model invents to the classes of a vocabulary: the class whose text embedding is nearest, where it is near enough
/// (the paper's Class Aligner).
/// </summary>
public sealed class ClassAligner
{
    /// <summary>Cosine similarity below which a name is dropped. Averaged CLIP embeddings of unrelated names lie well below it.</summary>
    public const float DefaultThreshold = 0.8f;

    private readonly TextClassifierBuilder? _builder;
    private readonly Vocabulary _vocabulary;
    private readonly TextClassifierOptions _options = new();
    private readonly float _threshold;
    private readonly Dictionary<string, int> _known = new(StringComparer.OrdinalIgnoreCase);
    private TextClassifier? _classes;

    /// <summary>Creates an aligner.</summary>
    /// <param name="builder">Embeds names.</param>
    /// <param name="vocabulary">The classes.</param>
    /// <param name="templates">The sentences around names.</param>
    /// <param name="threshold">Least cosine similarity, -1 to 1.</param>
    public ClassAligner(TextClassifierBuilder builder, Vocabulary vocabulary, PromptTemplates templates, float threshold = DefaultThreshold)
        : this(vocabulary)
    {
        ArgumentNullException.ThrowIfNull(builder);
        _builder = builder;
        _options = new TextClassifierOptions { Templates = templates };
        _threshold = threshold;
    }

    /// <summary>Creates an aligner that knows the vocabulary's own names only.</summary>
    internal ClassAligner(Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        _vocabulary = vocabulary;
        for (var i = 0; i < vocabulary.Count; i++)
        {
            foreach (var name in vocabulary.Classes[i].Synonyms)
            {
                _known.TryAdd(name, i);
            }

            _known.TryAdd(vocabulary.Classes[i].FullName, i);
        }
    }

    /// <summary>The class of each name, or -1 where no class is near enough.</summary>
    /// <param name="names">Names; those of the vocabulary, in any case, are found without the text tower.</param>
    /// <param name="cancellationToken">Ends the work between batches.</param>
    public int[] Align(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        var classes = names.Select(name => _known.GetValueOrDefault(name, -1)).ToArray();
        var foreign = names.Where((_, i) => classes[i] < 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (foreign.Count == 0 || _builder is null)
        {
            return classes;
        }

        _classes ??= _builder.Build(_vocabulary, _options, cancellationToken: cancellationToken);
        var strangers = new Vocabulary([.. foreign.Select(name => new VocabularyClass([name], IsThing: true))]);
        var invented = _builder.Build(strangers, _options, cancellationToken: cancellationToken);
        for (var i = 0; i < foreign.Count; i++)
        {
            var nearest = Nearest(invented.Embeddings.AsSpan(i * invented.Dimension, invented.Dimension), _classes);
            for (var n = 0; n < classes.Length; n++)
            {
                if (classes[n] < 0 && names[n].Equals(foreign[i], StringComparison.OrdinalIgnoreCase))
                {
                    classes[n] = nearest;
                }
            }
        }

        return classes;
    }

    private int Nearest(ReadOnlySpan<float> name, TextClassifier classes)
    {
        var best = _threshold;
        var nearest = -1;
        for (var t = 0; t < classes.Groups.Count; t++)
        {
            foreach (var row in classes.Groups[t])
            {
                var similarity = EmbeddingMath.Dot(name, classes.Embeddings.AsSpan(row * classes.Dimension, classes.Dimension));
                if (similarity >= best)
                {
                    best = similarity;
                    nearest = classes.ClassIndex[t];
                }
            }
        }

        return nearest;
    }
}
