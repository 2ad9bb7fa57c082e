using System.CommandLine;
using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench motion</c>: what carrying and damping masks gains, on synthetic clips whose labels are exact.</summary>
internal static class BenchMotionCommand
{
    public static Command Create()
    {
        var clips = new Option<int>("--clips") { Description = "Synthetic clips", DefaultValueFactory = _ => 6, HelpName = "N" };
        var frames = new Option<int>("--frames") { Description = "Frames of each clip", DefaultValueFactory = _ => 90, HelpName = "N" };
        var lags = new Option<int[]>("--lag")
        {
            Description = "Frames that the network takes; several may be given, 0 is masks of the very frame",
            DefaultValueFactory = _ => [0, 3, 10, 30],
            AllowMultipleArgumentsPerToken = true,
            HelpName = "N",
        };
        var model = new Option<string?>("--model", "-m") { Description = "Also with this model's own masks instead of exact ones", HelpName = "NAME" };
        var command = new Command("motion", "Measure what carrying masks along the motion, and damping their flicker, gains") { clips, frames, lags, model };
        command.SetAction((parsed, cancellation) =>
        {
            var (count, length) = (parsed.GetValue(clips), parsed.GetValue(frames));
            if (count is < 1 or > 1000 || length is < 2 or > 1000 || parsed.GetRequiredValue(lags).Any(lag => lag < 0 || lag >= length))
            {
                throw new InputException($"--clips {count} --frames {length}: must be 1 to 1000 and 2 to 1000, each --lag from 0 to below --frames");
            }

            Console.Out.Write(MotionBenchmark.Run(count, length, parsed.GetRequiredValue(lags), parsed.GetValue(model), Terminal.Status, cancellation));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
