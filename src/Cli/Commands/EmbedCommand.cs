using System.CommandLine;
using System.Diagnostics;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr embed</c>: embeds a vocabulary into the cache or a file, or raw sentences for inspection.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var sentences = new Option<string?>("--sentences") { Description = "Embed the lines of a file as they are, without templates", HelpName = "FILE" };
        var dump = new Option<string?>("--dump") { Description = "Write token_ids and text_features of the sentences (safetensors)", HelpName = "FILE" };
        var output = new Option<string?>("--out", "-o") { Description = "Write the text classifier, for --text-classifier (safetensors)", HelpName = "FILE" };
        var command = new Command("embed", "Embed a vocabulary once, for all later runs") { sentences, dump, output };
        model.AddTo(command);
        vocabulary.AddTo(command, classifierFile: false);
        command.SetAction((parsed, cancellation) =>
        {
            var file = parsed.GetValue(sentences);
            if (file is null == parsed.GetValue(dump) is not null)
            {
                throw new InputException("--sentences FILE and --dump FILE go together: the first names what to embed, the second where the features go");
            }

            OutputFile.Checked(parsed.GetValue(dump));
            OutputFile.Checked(parsed.GetValue(output));

            // Input that is wrong is said before the model is loaded.
            var lines = file is null ? null : SentenceEmbedder.Read(file);
            using var opened = ModelRun.Open(model, parsed, cancellation);
            if (lines is not null)
            {
                DumpSentences(opened, lines, parsed.GetValue(dump)!, cancellation);
                return Task.FromResult(ExitCode.Done);
            }

            var started = Stopwatch.GetTimestamp();
            var classifier = ModelRun.Embed(opened, vocabulary, parsed, null, cancellation);
            Console.Out.WriteLine(
                $"{classifier.ClassIndex.Length} classes, {classifier.RowCount} rows of {classifier.Dimension}"
                + $"{(classifier.ReasonCount > 1 ? $", {classifier.ReasonCount} reasons" : "")} in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0} ms");
            if (parsed.GetValue(output) is { } path)
            {
                TextClassifierFile.Write(path, classifier);
                Console.Out.WriteLine($"written to {path}");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void DumpSentences(
        Segmentation.SegmentationModel model, IReadOnlyList<string> lines, string path, CancellationToken cancellation)
    {
        using var progress = new ProgressReport("embedding", lines.Count, "sentences");
        new SentenceEmbedder(model.TextEncoder, model.Tokenizer).Dump(lines, path, new Report(progress), cancellation);
        progress.Dispose();
        Console.Out.WriteLine($"{lines.Count} sentences written to {path}");
    }

    private sealed class Report(ProgressReport progress) : IProgress<EmbeddingProgress>
    {
        void IProgress<EmbeddingProgress>.Report(EmbeddingProgress value) => progress.Report(value.Done);
    }
}
