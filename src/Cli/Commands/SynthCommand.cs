using System.CommandLine;
using OpenSegR.Realtime.Cli.Options;
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
        var size = new Option<string>("--size") { Description = "Size of the pictures in pixels", DefaultValueFactory = _ => "640x360", HelpName = "WxH" };
        var framesPerScene = new Option<int>("--frames-per-scene") { Description = "Consecutive frames of each scene: 1 for pictures, more for clips", DefaultValueFactory = _ => 1, HelpName = "N" };
        var compositions = new Option<CompositionFilter>("--compositions") { Description = "Seen: only what training uses; HeldOut: only what it never sees; Any", DefaultValueFactory = _ => CompositionFilter.Any, HelpName = "KIND" };
        var command = new Command("synth", "Write synthetic scenes with exact labels as a data set") { output, count, seed, size, framesPerScene, compositions };
        command.SetAction((parsed, cancellation) =>
        {
            var number = parsed.GetValue(count);
            if (number is < 1 or > 1_000_000)
            {
                throw new InputException($"--count {number}: must be 1 to 1000000");
            }

            var folder = parsed.GetRequiredValue(output);
            var (width, height) = SceneSize.Parse(parsed.GetRequiredValue(size));
            var options = new SynthOptions
            {
                Out = folder,
                Count = number,
                Seed = parsed.GetValue(seed),
                Width = width,
                Height = height,
                FramesPerScene = parsed.GetValue(framesPerScene),
                Filter = parsed.GetValue(compositions),
            };
            using var progress = new ProgressReport("writing", number, "pictures");
            SynthExporter.Run(options, new Report(progress), cancellation);
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
