using System.CommandLine;
using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Cli.Options;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench motion</c>: what carrying and damping masks gains, on synthetic clips whose labels are exact.</summary>
internal static class BenchMotionCommand
{
    public static Command Create()
    {
        var defaults = new MotionSetup();
        var clips = new Option<int>("--clips") { Description = "Synthetic clips", DefaultValueFactory = _ => defaults.Clips, HelpName = "N" };
        var first = new Option<int>("--first") { Description = "Seed of the first clip; the others follow", DefaultValueFactory = _ => defaults.First, HelpName = "SEED" };
        var frames = new Option<int>("--frames") { Description = "Frames of each clip", DefaultValueFactory = _ => defaults.Frames, HelpName = "N" };
        var size = new Option<string>("--size") { Description = "Size of the frames in pixels", DefaultValueFactory = _ => $"{defaults.Width}x{defaults.Height}", HelpName = "WxH" };
        var lags = new Option<int[]>("--lag")
        {
            Description = "Frames that the network takes; several may be given, 0 is masks of the very frame",
            DefaultValueFactory = _ => [.. defaults.Lags],
            AllowMultipleArgumentsPerToken = true,
            HelpName = "N",
        };
        var model = new Option<string?>("--model", "-m") { Description = "Also with this model's own masks instead of exact ones", HelpName = "NAME" };
        var command = new Command("motion", "Measure what carrying masks along the motion, and damping their flicker, gains") { clips, first, frames, size, lags, model };
        command.SetAction((parsed, cancellation) =>
        {
            var (width, height) = SceneSize.Parse(parsed.GetRequiredValue(size));
            var setup = new MotionSetup
            {
                Clips = parsed.GetValue(clips),
                First = parsed.GetValue(first),
                Frames = parsed.GetValue(frames),
                Lags = parsed.GetRequiredValue(lags),
                Width = width,
                Height = height,
                Model = parsed.GetValue(model),
            };
            if (setup.Clips is < 1 or > 1000 || setup.First is < 0 or > 1_000_000 || setup.Frames is < 2 or > 1000 || setup.Lags.Any(lag => lag < 0 || lag >= setup.Frames))
            {
                throw new InputException(
                    $"--clips {setup.Clips} --first {setup.First} --frames {setup.Frames}: must be 1 to 1000, 0 to 1000000 and 2 to 1000, each --lag from 0 to below --frames");
            }

            Console.Out.Write(MotionBenchmark.Run(setup, Terminal.Status, cancellation));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
