using System.CommandLine;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;
using OpenSegR.Realtime.Text.Reasoning;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr reason</c>: lets a large multimodal model write a reasoning file, for a vocabulary in general or for one image.</summary>
internal static class ReasonCommand
{
    /// <summary>Environment variables that may hold the endpoint's key, the first one set counts. A key on the command line would show in process lists.</summary>
    private static readonly string[] KeyVariables = ["SEGR_API_KEY", "OPENAI_API_KEY"];

    public static Command Create()
    {
        var model = new ModelOptions();
        var words = new Option<string>("--vocab", "-v") { Description = "Words as for the other commands, or a file with one class a line", Required = true, HelpName = "WORDS|FILE" };
        var endpoint = new Option<string>("--endpoint")
        {
            Description = $"OpenAI-compatible chat endpoint (vLLM, Ollama, llama.cpp); a key is taken from ${KeyVariables[0]} or ${KeyVariables[1]}",
            DefaultValueFactory = _ => "http://localhost:11434/v1",
            HelpName = "URL",
        };
        var llm = new Option<string>("--llm") { Description = "The endpoint's model, for images one that sees", DefaultValueFactory = _ => "qwen2.5vl:7b", HelpName = "NAME" };
        var image = new Option<string?>("--image") { Description = "Reason about the classes that are in this picture (JPEG, PNG, WebP); without it about all in general", HelpName = "FILE" };
        var output = new Option<string>("--out", "-o") { Description = "The reasoning file to write, for --reason (JSON)", Required = true, HelpName = "FILE" };
        var timeout = new Option<int>("--timeout") { Description = "Longest wait for one reply, in seconds", DefaultValueFactory = _ => 300, HelpName = "S" };
        var noCache = new Option<bool>("--no-cache") { Description = "Ask again what was answered before" };
        var command = new Command("reason", "Write a reasoning file with a large multimodal model") { words, image, output, endpoint, llm, timeout, noCache };
        model.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var seconds = parsed.GetValue(timeout);
            if (seconds is < 1 or > 3600)
            {
                throw new InputException($"--timeout {seconds}: must be 1 to 3600 seconds");
            }

            var path = parsed.GetRequiredValue(output);
            RequireFolder(path);
            var vocabulary = VocabularyParser.Read(parsed.GetRequiredValue(words), Terminal.Warn);
            var picture = parsed.GetValue(image) is { } file ? ChatImage.Read(file) : null;
            var target = new ChatEndpoint(parsed.GetRequiredValue(endpoint), parsed.GetRequiredValue(llm))
            {
                ApiKey = KeyVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(key => !string.IsNullOrEmpty(key)),
                Timeout = TimeSpan.FromSeconds(seconds),
            };
            using var client = new ChatClient(target);
            var cache = parsed.GetValue(noCache) ? null : new ReplyCache(Path.Combine(AppPaths.CacheFolder, "replies"), Terminal.Warn);
            var generator = new ReasonGenerator(client, cache, Terminal.Warn);
            ReasonSet reasons;
            if (picture is null)
            {
                using var progress = new Report(vocabulary.Count);
                reasons = await generator.GenerateAsync(vocabulary, progress, cancellation).ConfigureAwait(false);
            }
            else
            {
                // The model's text tower finds the class that an invented name means.
                using var opened = ModelRun.Open(model, parsed, cancellation);
                using var progress = new Report(null);
                reasons = await generator.GenerateForImageAsync(vocabulary, picture, Aligner(opened, vocabulary), progress, cancellation).ConfigureAwait(false);
            }

            ReasonFile.Write(path, reasons);
            Console.Out.WriteLine(
                $"{reasons.Entries.Count} of {vocabulary.Count} classes{(picture is null ? "" : " seen in the picture")}, "
                + $"{reasons.Entries.Sum(e => e.Attributes.Count)} attributes, written to {path}");
            return ExitCode.Done;
        });
        return command;
    }

    private static ClassAligner Aligner(SegmentationModel model, Vocabulary vocabulary) => new(
        new TextClassifierBuilder(model.TextEncoder, model.Tokenizer, SegmentationModel.DefaultCache(Terminal.Warn)),
        vocabulary,
        model.DefaultTextOptions.Templates);

    /// <summary>Replies may take an hour and cost money: that they cannot be written must be known before.</summary>
    private static void RequireFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new InputException($"--out '{path}': there is no folder '{folder}'");
        }

        if (Directory.Exists(path))
        {
            throw new InputException($"--out '{path}' is a folder; give the name of a file");
        }
    }

    private sealed class Report(long? total) : IProgress<ReasoningProgress>, IDisposable
    {
        private readonly ProgressReport _report = new("asking", total, "questions");

        void IProgress<ReasoningProgress>.Report(ReasoningProgress value) => _report.Report(value.Done, value.Step);

        public void Dispose() => _report.Dispose();
    }
}
