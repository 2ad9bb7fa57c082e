using System.CommandLine;
using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr bench precision</c>: how many pixels keep their class when products are rounded.</summary>
internal static class BenchPrecisionCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The model: folder, checkpoint or name", DefaultValueFactory = _ => "demo", HelpName = "NAME" };
        var pictures = new Option<int>("--pictures") { Description = "Synthetic pictures", DefaultValueFactory = _ => 200, HelpName = "N" };
        var size = new Option<string?>("--size") { Description = "Size of the network's input; without it the model's own rule", HelpName = "WxH" };
        var words = new Option<string?>("--vocab", "-v") { Description = "Words or a file of them; without it the model's own", HelpName = "WORDS|FILE" };
        var command = new Command("precision", "Compare the classes that bf16 and int8 give to pixels with those of fp32, on many pictures") { model, pictures, size, words };
        command.SetAction((parsed, cancellation) =>
        {
            var count = parsed.GetValue(pictures);
            if (count is < 1 or > 100_000)
            {
                throw new InputException($"--pictures {count}: must be 1 to 100000");
            }

            var name = parsed.GetRequiredValue(model);
            using var folder = new ModelStore().Open(name, null, null, cancellation);
            var wanted = new PrecisionBenchmark(
                name, [ProductPrecision.Bf16, ProductPrecision.Int8], count, parsed.GetValue(size) is { } text && InputSize.Parse(text) is var sides ? (sides.Width, sides.Height) : null,
                parsed.GetValue(words) ?? DefaultWords.Of(folder.Manifest) ?? throw new InputException($"'{name}' has no words of its own: name some with --vocab"));
            Console.Out.Write(wanted.ToTable(wanted.Run(Console.Error.WriteLine, cancellation)));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
