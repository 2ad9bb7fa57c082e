using System.CommandLine;
using OpenSegR.Realtime.Capture.Synthetic;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr synth</c>: writes synthetic scenes with exact labels as a data set.</summary>
internal static class SynthCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out", "-o") { Description = "The folder to make", Required = true, HelpName = "DIR" };
        var count = new Option<int>("--count") { Description = "Number of pictures", DefaultValueFactory = _ => 100, HelpName = "N" };
        var seed = new Option<long>("--seed") { Description = "Seed: the same seed gives the same data", DefaultValueFactory = _ => 1, HelpName = "N" };
        var command = new Command("synth", "Write synthetic scenes with exact labels as a data set") { output, count, seed };
        command.SetAction((parsed, cancellation) =>
        {
            var number = parsed.GetValue(count);
            if (number is < 1 or > 10_000_000)
            {
                throw new InputException($"--count {number}: must be 1 to 10000000");
            }

            var folder = parsed.GetRequiredValue(output);
            using var progress = new ProgressReport("writing", number, "pictures");
            SynthExporter.Run(new SynthOptions { Out = folder, Count = number, Seed = parsed.GetValue(seed) }, new Report(progress), cancellation);
            progress.Dispose();
            Console.Out.WriteLine($"{number} pictures written to {folder}");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private sealed class Report(ProgressReport progress) : IProgress<int>
    {
        void IProgress<int>.Report(int value) => progress.Report(value);
    }
}
