using System.CommandLine;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli;

/// <summary>The steps that commands share: open the model that the options name, and embed the words that they give.</summary>
internal static class ModelRun
{
    public static SegmentationModel Open(ModelOptions options, ParseResult parsed, CancellationToken cancellation)
    {
        var settings = new InferenceSettings
        {
            Provider = options.Provider(parsed) switch
            {
                "tensorrt" => ExecutionProvider.TensorRt,
                "cuda" => ExecutionProvider.Cuda,
                "cpu" => ExecutionProvider.Cpu,
                _ => ExecutionProvider.Auto,
            },
            Threads = options.Threads(parsed) ?? 0,
            CustomOperators = options.CustomOps(parsed),
            Precision = options.Precision(parsed),
            CacheFolder = Path.Combine(AppPaths.CacheFolder, "engines"),
            GpuMemoryLimitBytes = options.GpuMemoryBytes(parsed),
            CudaGraphs = options.CudaGraph(parsed),
            EngineTimeout = options.EngineTimeout(parsed),
        };
        var verbose = parsed.GetValue(GlobalOptions.Verbose);
        using var progress = new ImportProgressReport();

        // On a machine without a GPU it is no news that there is none: the fallback is told only where it was asked for or is wanted in detail.
        return SegmentationModel.Open(
            options.Model(parsed), settings, line => Notice(line, verbose), progress, cancellation);
    }

    /// <summary>The classifier that the options ask for; without words the default ones, and where those are null words must be given.</summary>
    public static TextClassifier Embed(
        SegmentationModel model, VocabularyOptions options, ParseResult parsed, string? defaultWords, CancellationToken cancellation)
    {
        var words = options.Vocabulary(parsed) ?? defaultWords;
        var vocabulary = words is null ? null : VocabularyParser.Read(words, Terminal.Warn);
        if (options.TextClassifier(parsed) is { } file)
        {
            return TextClassifierFile.Read(file, options.Vocabulary(parsed) is null ? null : vocabulary);
        }

        if (vocabulary is null)
        {
            throw new InputException("no words given: name what to look for, for example --vocab \"person, child; dog; sky\"");
        }

        return Embed(model, vocabulary, options, parsed, cancellation);
    }

    public static TextClassifier Embed(
        SegmentationModel model, Vocabulary vocabulary, VocabularyOptions options, ParseResult parsed, CancellationToken cancellation) =>
        Embed(model, vocabulary, options, parsed, Reasons(options, parsed), Terminal.Warn, cancellation);

    /// <summary>The classifier for given words and given reasoning, the rest as the options ask.</summary>
    public static TextClassifier Embed(
        SegmentationModel model, Vocabulary vocabulary, VocabularyOptions options, ParseResult parsed, ReasonSet? reasons, Action<string>? warn,
        CancellationToken cancellation)
    {
        using var progress = new ProgressReport("embedding words", null, "sentences");
        return model.Embed(
            vocabulary, TextOptions(model, options, parsed, reasons), options.UseCache(parsed) ? SegmentationModel.DefaultCache(Terminal.Warn) : null,
            new EmbeddingReport(progress), warn, cancellation);
    }

    /// <summary>The statistics panel of a model: its name and what computes.</summary>
    public static HudMeter Meter(SegmentationModel model) => new(model.Manifest.Name, model.Provider switch
    {
        ExecutionProvider.Cpu => "CPU",
        ExecutionProvider.Cuda => "CUDA",
        ExecutionProvider.TensorRt => "TensorRT",
        _ => null,
    });

    /// <summary>Templates and reasoning that the options ask for.</summary>
    public static TextClassifierOptions TextOptions(SegmentationModel model, VocabularyOptions options, ParseResult parsed) =>
        TextOptions(model, options, parsed, Reasons(options, parsed));

    private static ReasonSet? Reasons(VocabularyOptions options, ParseResult parsed) =>
        options.Reason(parsed) is { } reason ? ReasonFile.Read(reason, Terminal.Warn) : null;

    private static TextClassifierOptions TextOptions(SegmentationModel model, VocabularyOptions options, ParseResult parsed, ReasonSet? reasons)
    {
        var text = model.DefaultTextOptions with { ReasonCount = options.Reasons(parsed) };
        if (options.Templates(parsed) is { } templates)
        {
            text = text with { Templates = PromptTemplates.Named(templates) };
        }

        return reasons is null ? text : text with
        {
            Reasons = reasons,
            Ensemble = options.Ensemble(parsed) == "reference" ? TextEnsemble.Reference : TextEnsemble.PerReason,
        };
    }

    private static void Notice(string line, bool verbose)
    {
        if (verbose || !line.StartsWith("not using ", StringComparison.Ordinal))
        {
            Terminal.Status(line);
        }
    }

    private sealed class EmbeddingReport(ProgressReport progress) : IProgress<EmbeddingProgress>
    {
        public void Report(EmbeddingProgress value) => progress.Report(value.Done, $"of {value.Total}");
    }
}
