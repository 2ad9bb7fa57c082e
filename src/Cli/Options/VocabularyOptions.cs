using System.CommandLine;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>The words, and how they become classifiers.</summary>
internal sealed class VocabularyOptions
{
    private readonly Option<string?> _vocabulary = new("--vocab", "-v")
    {
        Description = "Words: ';' separates classes, ',' synonyms (\"person, child; dog; sky+stuff\"), or a file with one class a line",
        HelpName = "WORDS|FILE",
    };

    private readonly Option<string?> _templates = new("--templates")
    {
        Description = "Prompt templates: vild (14), imagenet (80) or none; without it the model's own",
    };

    private readonly Option<string?> _reason = new("--reason")
    {
        Description = "OpenSeg-R reasoning file (JSON): attributes of each class, generic or for one image",
        HelpName = "FILE",
    };

    private readonly Option<int> _reasons = new("--reasons")
    {
        Description = "Attributes of each class that are used",
        DefaultValueFactory = _ => 3,
        HelpName = "N",
    };

    private readonly Option<string> _ensemble = new("--ensemble")
    {
        Description = "How prompts are averaged with reasoning: each reason by itself, or grouped exactly as the reference does",
        DefaultValueFactory = _ => "per-reason",
    };

    private readonly Option<string?> _textClassifier = new("--text-classifier")
    {
        Description = "Take the text embeddings from a safetensors file (text_classifier [T, C], num_templates [K]) instead of the text tower",
        HelpName = "FILE",
    };

    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Neither read nor write the embedding cache" };

    public VocabularyOptions()
    {
        _templates.AcceptOnlyFromAmong("vild", "imagenet", "none");
        _ensemble.AcceptOnlyFromAmong("per-reason", "reference");
    }

    public void AddTo(Command command, bool classifierFile = true)
    {
        command.Options.Add(_vocabulary);
        command.Options.Add(_templates);
        command.Options.Add(_reason);
        command.Options.Add(_reasons);
        command.Options.Add(_ensemble);
        if (classifierFile)
        {
            command.Options.Add(_textClassifier);
        }

        command.Options.Add(_noCache);
    }

    public string? Vocabulary(ParseResult parsed) => parsed.GetValue(_vocabulary);

    public string? Templates(ParseResult parsed) => parsed.GetValue(_templates);

    public string? Reason(ParseResult parsed) => parsed.GetValue(_reason);

    public string Ensemble(ParseResult parsed) => parsed.GetValue(_ensemble)!;

    public string? TextClassifier(ParseResult parsed) => parsed.GetValue(_textClassifier);

    public bool UseCache(ParseResult parsed) => !parsed.GetValue(_noCache);

    public int Reasons(ParseResult parsed)
    {
        var reasons = parsed.GetValue(_reasons);
        return reasons is < 1 or > 64 ? throw new InputException($"--reasons {reasons}: must be 1 to 64") : reasons;
    }
}
