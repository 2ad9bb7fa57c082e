using System.CommandLine;
using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary>What <c>segr bench</c> starts for each contestant; not for people.</summary>
internal static class BenchWorkerCommand
{
    public const string Name = "bench-worker";

    public static Command Create()
    {
        var command = new Command(Name, "Measure one contestant of segr bench") { Hidden = true };
        command.SetAction((_, _) =>
        {
            // Answers are the only thing on standard output.
            var answers = Console.Out;
            Console.SetOut(Console.Error);
            BenchWorker.Serve(Console.In, answers);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
