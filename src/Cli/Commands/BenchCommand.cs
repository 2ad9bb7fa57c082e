using System.CommandLine;
using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Cli.Options;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench</c>: measures the engine on this machine, beside its peers, and writes what came of it.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var models = List("--model", "Models: folders, checkpoints or names", "NAME", "demo");
        var providers = List("--ep", "Where the network runs: auto, tensorrt, cuda, cpu", "NAME", "auto");
        providers.AcceptOnlyFromAmong("auto", "tensorrt", "cuda", "cpu");
        var precisions = List("--precision", "Precisions: fp32, bf16; int8 on the CPU; fp16 on a GPU", "NAME", "fp32");
        precisions.AcceptOnlyFromAmong("fp32", "bf16", "int8", "fp16");
        var sizes = List("--size", "Sizes of the network's input; without it the model's own rule", "WxH");
        var modes = List("--mode", "Modes: semantic, panoptic, instance", "NAME", "semantic");
        modes.AcceptOnlyFromAmong("semantic", "panoptic", "instance");
        var atOnce = new Option<int[]>("--frames-at-once")
        {
            Description = "Frames that the network works on side by side on the CPU; without it as many as suit the model; several may be given",
            HelpName = "N",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var defaults = new BenchSetup();
        var input = new Option<string>("--input", "-i") { Description = "Frames: a file, folder, camera, stream or synthetic:SEED:WxH:FRAMES", DefaultValueFactory = _ => defaults.Input, HelpName = "SOURCE" };
        var live = new Option<bool>("--live") { Description = "Play a file as a camera would, so that drops show" };
        var words = new Option<string?>("--vocab", "-v") { Description = "Words or a file of them; without it the model's own, or twenty invented ones", HelpName = "WORDS|FILE" };
        var sink = new Option<string>("--sink") { Description = "What takes the frames: none, composite (drawn) or video (drawn and encoded)", DefaultValueFactory = _ => defaults.Sink };
        sink.AcceptOnlyFromAmong("none", "composite", "video");
        var threads = new Option<int>("--threads") { Description = "Threads of the network; 0: all processors", HelpName = "N" };
        var graph = new Option<bool>("--cuda-graph") { Description = "Record networks on a GPU as CUDA graphs" };
        var frames = new Option<int>("--frames") { Description = "Frames of one round", DefaultValueFactory = _ => defaults.Frames, HelpName = "N" };
        var seconds = new Option<double>("--seconds") { Description = "Seconds after which a round begins no other frame", DefaultValueFactory = _ => defaults.Seconds, HelpName = "N" };
        var warmUp = new Option<int>("--warm-up") { Description = "Frames before anything is counted", DefaultValueFactory = _ => defaults.WarmUp, HelpName = "N" };
        var rounds = new Option<int>("--repeat") { Description = "Rounds; every contestant runs once in each", DefaultValueFactory = _ => defaults.Repetitions, HelpName = "N" };
        var peers = new Option<string>("--peers") { Description = "What is measured beside: all, pytorch, onnx or none", DefaultValueFactory = _ => "all" };
        peers.AcceptOnlyFromAmong("all", "pytorch", "onnx", "none");
        var python = new Option<string?>("--python") { Description = "The Python with numpy and torch that runs the reference", HelpName = "FILE" };
        var output = new Option<string?>("--out", "-o") { Description = "Folder for bench.json, bench.md and bench.html", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of tables" };
        var compare = new Option<string[]>("--compare")
        {
            Description = "Measure nothing: show the second report's ratios to the first's",
            HelpName = "A.json B.json",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("bench", "Measure speed and memory, beside the PyTorch reference and a naive ONNX export")
        {
            models, providers, precisions, sizes, modes, atOnce, input, live, words, sink, threads, graph, frames, seconds, warmUp, rounds, peers, python, output, json, compare,
        };
        command.Subcommands.Add(BenchFaultsCommand.Create());
        command.Subcommands.Add(BenchMotionCommand.Create());
        command.Subcommands.Add(BenchPrecisionCommand.Create());
        command.Subcommands.Add(BenchProfileCommand.Create());
        command.Subcommands.Add(BenchSoakCommand.Create());
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(compare) is [var first, var second])
            {
                Console.Out.Write(BenchComparison.ToTable(BenchReport.Read(first), BenchReport.Read(second)));
                return Task.FromResult(ExitCode.Done);
            }

            var setup = new BenchSetup
            {
                Input = parsed.GetRequiredValue(input),
                Live = parsed.GetValue(live),
                Vocabulary = parsed.GetValue(words),
                Sink = parsed.GetRequiredValue(sink),
                Threads = Between(parsed, threads, 0, 1024),
                CudaGraphs = parsed.GetValue(graph),
                Frames = Between(parsed, frames, 1, 1_000_000),
                Seconds = parsed.GetValue(seconds) is > 0 and <= 86_400 and var limit ? limit : throw new InputException($"--seconds {parsed.GetValue(seconds)}: must be above 0 and at most 86400"),
                WarmUp = Between(parsed, warmUp, 0, 10_000),
                Repetitions = Between(parsed, rounds, 1, 1000),
            };
            IEnumerable<string?> wantedSizes = parsed.GetRequiredValue(sizes);
            var sideBySide = parsed.GetRequiredValue(atOnce).Select(static n => (int?)RunOptions.CheckedFramesAtOnce(n)).DefaultIfEmpty();
            var with = parsed.GetRequiredValue(peers);
            var folder = parsed.GetValue(output);
            if (folder is not null)
            {
                CreateFolder(folder);
            }

            var plan = new BenchPlan
            {
                Cases = BenchPlan.Matrix(
                    parsed.GetRequiredValue(models), parsed.GetRequiredValue(providers), parsed.GetRequiredValue(precisions), [.. wantedSizes.DefaultIfEmpty()], parsed.GetRequiredValue(modes), [.. sideBySide]),
                Setup = setup,
                PyTorch = with is "all" or "pytorch",
                NaiveOnnx = with is "all" or "onnx",
                Python = parsed.GetValue(python),
                WorkerCommand = WorkerCommandLine(),
            };
            var report = new BenchRunner(plan, Terminal.Status, cancellation).Run();
            Console.Out.Write(parsed.GetValue(json) ? report.ToJson() + "\n" : BenchText.ToTable(report));
            if (folder is not null)
            {
                Write(folder, "bench.json", report.ToJson() + "\n");
                Write(folder, "bench.md", BenchText.ToMarkdown(report));
                Write(folder, "bench.html", BenchPage.ToHtml(report));
                Terminal.Status($"written: bench.json, bench.md and bench.html in {folder}");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    /// <summary>How this program starts itself: by its own launcher, or by dotnet and its library.</summary>
    private static string[] WorkerCommandLine()
    {
        var program = Environment.ProcessPath ?? throw new SegrException("the program cannot find itself to start a worker");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Environment.GetCommandLineArgs()[0], BenchWorkerCommand.Name]
            : [program, BenchWorkerCommand.Name];
    }

    private static Option<string[]> List(string name, string description, string help, params string[] defaults) => new(name)
    {
        Description = description + "; several may be given",
        HelpName = help,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => defaults,
    };

    private static int Between(ParseResult parsed, Option<int> option, int least, int most) =>
        parsed.GetValue(option) is var value && value >= least && value <= most
            ? value : throw new InputException($"{option.Name} {value}: must be {least} to {most}");

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--out '{folder}' cannot be made: {e.Message}", e);
        }
    }

    private static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        try
        {
            File.WriteAllText(path + ".partial", text);
            File.Move(path + ".partial", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' cannot be written: {e.Message}", e);
        }
    }
}
