using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Cli.Evaluation;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr eval</c>: scores a model, or predictions that were saved, on a dataset with truth.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var options = new EvalOptions();
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var command = new Command("eval", "Score a model, or saved predictions, on a dataset with truth");
        options.AddTo(command);
        model.AddTo(command);
        vocabulary.AddTo(command, classifierFile: false);
        command.SetAction((parsed, cancellation) =>
        {
            var (json, report) = (options.Json(parsed), options.Report(parsed));
            var reasonPath = vocabulary.Reason(parsed);
            var reasons = reasonPath is null || Directory.Exists(reasonPath) ? null : ReasonFile.Read(reasonPath, Terminal.Warn);
            var dataset = LabelledDatasets.Open(options.Dataset(parsed), new LabelledDatasetOptions
            {
                Words = vocabulary.Vocabulary(parsed) is { } words ? VocabularyParser.Read(words, mergeDuplicates: false, Terminal.Warn) : null,
                Classes = options.Classes(parsed) is { } classes ? VocabularyParser.Read(classes, mergeDuplicates: false, Terminal.Warn) : null,
                Reasons = reasons is { Kind: ReasonKind.Generic } ? reasons : null,
                Protocol = options.Protocol(parsed),
                Warn = Terminal.Warn,
            });
            if (dataset.Description.Length > 0)
            {
                Terminal.Status(dataset.Description);
            }

            EvaluationSummary summary;
            if (options.Predictions(parsed) is { } saved)
            {
                summary = OfSaved(saved, dataset, report, cancellation);
            }
            else
            {
                using var opened = ModelRun.Open(model, parsed, cancellation);
                var settings = new ModelPredictionSettings
                {
                    Modes = options.Modes(parsed, opened.Manifest),
                    Rules = options.Rules(parsed, opened.Manifest),
                    Inputs = model.Segmentor(parsed),
                    Reasons = reasons,
                    ImageReasons = Directory.Exists(reasonPath) ? reasonPath : null,
                    Folder = options.Output(parsed),
                };
                summary = OfModel(
                    opened, dataset, settings with { Run = Describe(parsed, options, vocabulary, opened, dataset, settings) },
                    set => ModelRun.Embed(
                        opened, dataset.Vocabulary, vocabulary, parsed, set, set?.Kind == ReasonKind.Generic ? Terminal.Warn : null, cancellation),
                    report, cancellation);
            }

            Console.Out.Write(ScoreTable.Of(summary));
            if (json is not null)
            {
                ScoreJson.Write(json, summary);
            }

            foreach (var skipped in summary.Scores.Skipped.Take(10))
            {
                Terminal.Warn($"not scored: {skipped.Reason}");
            }

            if (summary.Scores.Skipped.Count > 0)
            {
                Terminal.Warn($"{summary.Scores.Skipped.Count} of {dataset.Ids.Count} pictures were not scored");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static EvaluationSummary OfSaved(string folder, ILabelledDataset dataset, string? report, CancellationToken cancellation)
    {
        using var predictions = new PredictionFolder(folder, dataset);
        Terminal.Status($"scoring {predictions.Format} in '{folder}'");
        return Score(dataset, predictions.Read, $"predictions in {folder}", report, cancellation);
    }

    private static EvaluationSummary OfModel(
        SegmentationModel model, ILabelledDataset dataset, ModelPredictionSettings settings, Func<ReasonSet?, TextClassifier> embed, string? report,
        CancellationToken cancellation)
    {
        using var predictions = new ModelPredictions(model, dataset, settings, embed);
        if (predictions.Known > 0)
        {
            Terminal.Status($"{predictions.Known} of {dataset.Ids.Count} pictures were predicted by an earlier run");
        }

        var summary = Score(dataset, predictions.Predict, model.Manifest.Name, report, cancellation);
        predictions.Complete();
        return summary;
    }

    private static EvaluationSummary Score(
        ILabelledDataset dataset, Func<LabelledPicture, Prediction> predict, string predictor, string? report, CancellationToken cancellation)
    {
        using var progress = new ProgressReport("evaluating", dataset.Ids.Count, "pictures");
        var scores = DatasetEvaluation.Run(dataset, predict, new Report(progress), cancellation);
        var summary = new EvaluationSummary(predictor, dataset, scores);
        if (report is not null)
        {
            HtmlReport.Write(report, summary, ReportPictures.Draw(summary, predict));
            Terminal.Status($"report written to {report}");
        }

        return summary;
    }

    /// <summary>Everything that a prediction depends on, so that a run is gone on with by its like alone.</summary>
    private static SortedDictionary<string, string> Describe(
        ParseResult parsed, EvalOptions options, VocabularyOptions vocabulary, SegmentationModel model, ILabelledDataset dataset,
        ModelPredictionSettings settings) => new(StringComparer.Ordinal)
        {
            ["dataset"] = dataset.Name + (dataset.Description.Length > 0 ? ", " + dataset.Description : ""),
            ["pictures"] = Hash(dataset.Ids),
            ["vocabulary"] = Hash(dataset.Vocabulary.Classes.Select(c => $"{c.FullName} {c.IsThing}")),
            ["classes"] = Hash(dataset.Classes.Classes.Select(c => c.FullName)),
            ["reasoning"] = settings.ImageReasons ?? ((settings.Reasons ?? dataset.Reasons) is { } reasons
                ? Convert.ToHexStringLower(SHA256.HashData(ReasonFile.Serialize(reasons))) : "none"),
            ["reasons"] = $"{vocabulary.Reasons(parsed)} {vocabulary.Ensemble(parsed)}",
            ["templates"] = vocabulary.Templates(parsed) ?? model.Manifest.Templates,
            ["model"] = $"{model.Manifest.Name} {model.Manifest.Files[model.Manifest.WeightsFile].Sha256}",
            ["input size"] = $"{settings.Inputs.InputSize?.ToString() ?? "the model's own"} {settings.Inputs.TopClasses}",
            ["modes"] = string.Join(' ', settings.Modes),
            ["thresholds"] = $"{settings.Rules.ObjectMaskThreshold} {settings.Rules.OverlapThreshold}",
        };

    private static string Hash(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));

    private sealed class Report(ProgressReport progress) : IProgress<int>
    {
        void IProgress<int>.Report(int value) => progress.Report(value);
    }
}
