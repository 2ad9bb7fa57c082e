using System.CommandLine;
using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench soak</c>: many frames through everything but the network.</summary>
internal static class BenchSoakCommand
{
    public static Command Create()
    {
        var frames = new Option<int>("--frames") { Description = "Frames", DefaultValueFactory = _ => 20_000, HelpName = "N" };
        var mode = new Option<string>("--mode") { Description = "Which masks are made", DefaultValueFactory = _ => "semantic" };
        mode.AcceptOnlyFromAmong("semantic", "panoptic", "instance");
        var draw = new Option<bool>("--composite") { Description = "Also draw the masks, on the CPU" };
        var motion = new Option<bool>("--motion") { Description = "Also carry and damp masks along the motion" };
        var command = new Command("soak", "Send many 1280x720 frames through everything but the network: time, allocations, memory") { frames, mode, draw, motion };
        command.SetAction((parsed, cancellation) =>
        {
            var count = parsed.GetValue(frames);
            if (count is < 10 or > 100_000_000)
            {
                throw new InputException($"--frames {count}: must be 10 to 100000000");
            }

            var wanted = new SoakBenchmark(
                count, 1280, 720, Enum.Parse<SegmentationMode>(parsed.GetRequiredValue(mode), ignoreCase: true), parsed.GetValue(draw),
                parsed.GetValue(motion) ? new MotionOptions { Smooth = true } : null);
            Console.Out.Write(wanted.Run(cancellation).ToTable());
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
