using System.CommandLine;
using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench faults</c>: the program killed, interrupted, without disk, source or OpenGL.</summary>
internal static class BenchFaultsCommand
{
    public static Command Create()
    {
        var interruptions = new Option<int>("--interruptions") { Description = "Random moments at which it is interrupted", DefaultValueFactory = _ => 40, HelpName = "N" };
        var seed = new Option<int>("--seed") { Description = "Chooses the moments", DefaultValueFactory = _ => 1, HelpName = "N" };
        var command = new Command("faults", "Kill, interrupt and starve the program, and see that nothing hangs or is spoilt") { interruptions, seed };
        command.SetAction((parsed, cancellation) =>
        {
            var count = parsed.GetValue(interruptions);
            if (count is < 0 or > 100_000)
            {
                throw new InputException($"--interruptions {count}: must be 0 to 100000");
            }

            var program = Environment.ProcessPath ?? throw new SegrException("the program cannot find itself to start another");
            var report = new FaultBenchmark(program, count, parsed.GetValue(seed)).Run(
                trial => Terminal.Status($"{(trial.Failure is null ? "ok" : "FAILED")}: {trial.Fault}"), cancellation);
            Console.Out.Write(report.ToTable());
            return Task.FromResult(report.Failed == 0 ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }
}
