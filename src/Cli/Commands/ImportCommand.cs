using System.CommandLine;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr import CHECKPOINT --out DIR</c>: makes a model folder of a PyTorch checkpoint.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "PyTorch checkpoint (.pth) or safetensors file of MAFT+ or SED" };
        var output = new Option<string>("--out", "-o") { Description = "The model folder to make", Required = true, HelpName = "DIR" };
        var name = new Option<string?>("--name") { Description = "Name of the model; without it the checkpoint's file name", HelpName = "NAME" };
        var variant = new Option<string>("--variant")
        {
            Description = "MAFT+ variant, which the tensors do not tell: panoptic, semantic, or auto: panoptic where the file or folder name has \"pano\"",
            DefaultValueFactory = _ => "auto",
        };
        variant.AcceptOnlyFromAmong("auto", "semantic", "panoptic");
        var textHeads = new Option<int?>("--text-heads") { Description = "Attention heads of the text tower; without it width / 64, at least 2", HelpName = "N" };
        var pooling = new Option<int?>("--class-pooling")
        {
            Description = "SED: pooling before attention across classes, which the tensors do not tell; without it 1, as published models are evaluated",
            HelpName = "N",
        };
        var side = new Option<int?>("--input-side") { Description = "SED: side of the square input; without it 768", HelpName = "N" };
        var licence = new Option<string?>("--licence") { Description = "Licence of the weights, for the manifest", HelpName = "TEXT" };
        var force = new Option<bool>("--force") { Description = "Replace an existing model folder" };
        var json = new Option<bool>("--json") { Description = "Print the manifest as JSON" };
        var command = new Command("import", "Make a model folder from a PyTorch checkpoint")
        {
            checkpoint, output, name, variant, textHeads, pooling, side, licence, force, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new ImportOptions
            {
                Name = parsed.GetValue(name),
                Panoptic = parsed.GetValue(variant) switch { "panoptic" => true, "semantic" => false, _ => null },
                TextHeads = parsed.GetValue(textHeads),
                ClassPooling = parsed.GetValue(pooling),
                InputSide = parsed.GetValue(side),
                Licence = parsed.GetValue(licence),
                Overwrite = parsed.GetValue(force),
            };
            using var progress = new ImportProgressReport();
            var report = ModelImporter.Import(parsed.GetRequiredValue(checkpoint), parsed.GetRequiredValue(output), options, progress, cancellation);
            progress.Dispose();
            Print(report, parsed.GetValue(json));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Print(ImportReport report, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(File.ReadAllText(Path.Combine(report.Folder, Models.ModelManifest.FileName)));
            return;
        }

        Console.Out.WriteLine($"{report.Manifest.Name}: {report.Manifest.Architecture}, {report.Parameters / 1e6:0.0} million weights in {report.Tensors} tensors");
        foreach (var (what, value) in report.SizeTable)
        {
            Console.Out.WriteLine($"  {what,-28} {value}");
        }

        foreach (var line in report.SkippedSummary)
        {
            Console.Out.WriteLine($"  skipped {line}");
        }

        foreach (var line in report.Assumptions)
        {
            Console.Out.WriteLine($"  assumed {line}");
        }

        Console.Out.WriteLine($"written to {report.Folder}");
    }
}
