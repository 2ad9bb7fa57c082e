using System.CommandLine;
using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench profile</c>: where the time of a network goes, by part and by operator.</summary>
internal static class BenchProfileCommand
{
    public static Command Create()
    {
        var defaults = new BenchSetup();
        var model = new Option<string>("--model") { Description = "The model: folder, checkpoint or name", DefaultValueFactory = _ => "demo", HelpName = "NAME" };
        var precision = new Option<string>("--precision") { Description = "fp32, bf16 or int8", DefaultValueFactory = _ => "fp32" };
        precision.AcceptOnlyFromAmong("fp32", "bf16", "int8");
        var size = new Option<string?>("--size") { Description = "Size of the network's input; without it the model's own rule", HelpName = "WxH" };
        var input = new Option<string>("--input", "-i") { Description = "What the frame comes from, as for segr bench", DefaultValueFactory = _ => defaults.Input, HelpName = "SOURCE" };
        var words = new Option<string?>("--vocab", "-v") { Description = "Words or a file of them; without it the model's own, or twenty invented ones", HelpName = "WORDS|FILE" };
        var threads = new Option<int>("--threads") { Description = "Threads of the network; 0: all processors", HelpName = "N" };
        var runs = new Option<int>("--runs") { Description = "Runs that are counted", DefaultValueFactory = _ => 5, HelpName = "N" };
        var markdown = new Option<bool>("--markdown") { Description = "Print Markdown tables" };
        var command = new Command("profile", "Show where a network's time goes on the CPU: parts, operators, and their share of the float32 peak")
        {
            model, precision, size, input, words, threads, runs, markdown,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var (count, team) = (parsed.GetValue(runs), parsed.GetValue(threads));
            if (count is < 1 or > 10_000 || team is < 0 or > 1024)
            {
                throw new InputException($"--runs {count} --threads {team}: must be 1 to 10000 and 0 to 1024");
            }

            var wanted = new BenchCase(parsed.GetRequiredValue(model), "cpu", parsed.GetRequiredValue(precision), parsed.GetValue(size), "semantic");
            var setup = defaults with
            {
                Input = parsed.GetRequiredValue(input), Vocabulary = parsed.GetValue(words), Threads = team, Frames = count, WarmUp = 2,
            };
            var profile = new ProfileBenchmark(wanted, setup).Run(Console.Error.WriteLine, cancellation);
            Console.Out.Write(profile.ToText(parsed.GetValue(markdown)));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
