using System.CommandLine;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Graph;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr export --onnx FILE</c>: writes the network as stand-alone ONNX of standard operators, for other runtimes.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var onnx = new Option<string>("--onnx") { Description = "The file to write; its weights go beside it as FILE.data", Required = true, HelpName = "FILE" };
        var labels = new Option<bool>("--labels") { Description = "Also compute a label map of the classes at stride 4" };
        var command = new Command("export", "Write the network as ONNX for other runtimes") { onnx, labels };
        model.AddTo(command);
        vocabulary.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var size = model.Size(parsed);
            var path = OutputFile.Checked(parsed.GetRequiredValue(onnx))!;
            using var opened = ModelRun.Open(model, parsed, cancellation);
            var words = vocabulary.Vocabulary(parsed) is null && vocabulary.TextClassifier(parsed) is null
                ? null : ModelRun.Embed(opened, vocabulary, parsed, null, cancellation);
            var outputs = opened.Network.Outputs | (parsed.GetValue(labels) ? SegmentorOutputs.Labels : 0);
            opened.Network.Export(path, size is { } s ? (s.Height, s.Width) : null, outputs, words);
            Console.Out.WriteLine(
                $"{opened.Manifest.Name} written to {path} and {path}.data, {(size is { } known ? $"{known.Width}x{known.Height}" : "any size")}, "
                + $"{(words is null ? "vocabulary as input" : $"{words.ClassIndex.Length} classes built in")}");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
