using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Text;
using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// A model ready for use: opens it by folder, checkpoint or name, embeds words with it, and makes segmentors.
/// </summary>
/// <example>
/// <code>
/// using var model = SegmentationModel.Open("demo");
/// using var segmentor = model.CreateSegmentor(model.Embed("ball; grass; sky"));
/// </code>
/// </example>
public sealed class SegmentationModel : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly LazyTextEncoder _encoder;
    private ClipTokenizer? _tokenizer;

    private SegmentationModel(ModelFolder folder, SessionFactory sessions)
    {
        _folder = folder;
        Network = SegmentationNetwork.Open(folder, sessions);
        _encoder = new LazyTextEncoder(Network);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest => _folder.Manifest;

    /// <summary>Where it lies.</summary>
    public string Folder => _folder.Path;

    /// <summary>What runs it.</summary>
    public ExecutionProvider Provider => Network.Sessions.Provider;

    /// <summary>Its networks, for inspection and export.</summary>
    public SegmentationNetwork Network { get; }

    /// <summary>Its text tower, loaded when first used; it stays the model's.</summary>
    public ITextEncoder TextEncoder => _encoder;

    /// <summary>The tokenizer that goes with the text tower.</summary>
    /// <exception cref="SegrException">CLIP's merges are missing beside the program.</exception>
    public ClipTokenizer Tokenizer => _tokenizer ??= ClipTokenizer.Open(null, Network.TextVocabulary);

    /// <summary>Opens a model.</summary>
    /// <param name="model">A model folder, a checkpoint (imported once into the user's cache), or the name of a folder under models/.</param>
    /// <param name="settings">How networks are run; the defaults where null.</param>
    /// <param name="notice">Told, in one line each, what is not used and why (a GPU that is not there); may be null.</param>
    /// <param name="progress">Told of the import of a checkpoint; may be null.</param>
    /// <param name="cancellationToken">Ends an import, and a wait for TensorRT.</param>
    /// <exception cref="InputException">There is no such model or it cannot be used.</exception>
    /// <exception cref="SegrException">The execution provider asked for does not work.</exception>
    public static SegmentationModel Open(
        string model, InferenceSettings? settings = null, Action<string>? notice = null, IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var folder = new ModelStore().Open(model, null, progress, cancellationToken);
        try
        {
            return new SegmentationModel(folder, new SessionFactory(settings ?? new InferenceSettings(), notice, cancellationToken));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Embeds words given as on the command line: <c>;</c> separates classes, <c>,</c> synonyms; or a file with one class a line.</summary>
    /// <param name="words">For example "person, child; dog; sky+stuff".</param>
    /// <exception cref="InputException">The words cannot be read as a vocabulary.</exception>
    public TextClassifier Embed(string words) => Embed(VocabularyParser.Read(words), DefaultTextOptions, DefaultCache());

    /// <summary>Embeds a vocabulary.</summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="options">Templates and reasoning.</param>
    /// <param name="cache">Where embeddings are kept between runs, or null.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="warn">Told one line of classes that reasoning says nothing about; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches.</param>
    /// <exception cref="InputException">The vocabulary is empty, reasoning names none of its classes, or the model cannot use the options.</exception>
    public TextClassifier Embed(
        Vocabulary vocabulary, TextClassifierOptions options, EmbeddingCache? cache, IProgress<EmbeddingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Manifest.Sed is null
            ? new TextClassifierBuilder(_encoder, Tokenizer, cache).Build(vocabulary, options, progress, warn, cancellationToken)
            : SedClassifier.Build(vocabulary, Usable(options).Templates, _encoder, Tokenizer, cache, progress, cancellationToken);
    }

    /// <summary>All sentences of a vocabulary, in the order in which they are embedded; for inspection.</summary>
    /// <exception cref="InputException">As for embedding them.</exception>
    public IReadOnlyList<string> Sentences(Vocabulary vocabulary, TextClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<ClassPrompts> prompts = Manifest.Sed is null
            ? ClassifierPlan.Make(vocabulary, options, null).Prompts : SedClassifier.Prompts(vocabulary, Usable(options).Templates);
        return [.. prompts.SelectMany(c => c.Sentences())];
    }

    /// <summary>The templates that the model was made for, without reasoning.</summary>
    public TextClassifierOptions DefaultTextOptions => new() { Templates = PromptTemplates.Named(Manifest.Templates) };

    /// <summary>The user's embedding cache.</summary>
    /// <param name="warn">Told once where it cannot be written; may be null.</param>
    public static EmbeddingCache DefaultCache(Action<string>? warn = null) => new(Path.Combine(AppPaths.CacheFolder, "embeddings"), warn: warn);

    /// <summary>Makes a segmentor; it must be disposed before the model.</summary>
    /// <param name="classifier">The words to begin with.</param>
    /// <param name="options">How to run; the defaults where null.</param>
    public Segmentor CreateSegmentor(TextClassifier classifier, SegmentorOptions? options = null) => new(Network, Manifest, classifier, options);

    // SED correlates with a fixed number of prompts and has no place for reasons.
    private TextClassifierOptions Usable(TextClassifierOptions options) =>
        options.Reasons is not null ? throw new InputException($"the model '{Manifest.Name}' is SED, which cannot use reasoning: leave it out or use a MAFT+ model")
        : options.Templates.Count != Manifest.Sed!.Prompts ? throw new InputException(
            $"the model '{Manifest.Name}' needs {Manifest.Sed.Prompts} prompt templates, these are {options.Templates.Count}: use its own ('{Manifest.Templates}')")
        : options;

    /// <summary>Frees the text tower and closes the folder.</summary>
    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }
}
