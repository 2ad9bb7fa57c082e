using System.CommandLine;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr models</c>: the models that --model finds by name, and those imported into the cache.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models", "List the models that are there");
        command.SetAction(_ =>
        {
            var models = new ModelStore().List();
            if (models.Count == 0)
            {
                Console.Out.WriteLine("no models found: 'segr import CHECKPOINT --out models/NAME' makes one");
            }

            foreach (var model in models)
            {
                Console.Out.WriteLine(model.Manifest is { } manifest
                    ? $"{model.Name}: {manifest.Name}, {manifest.Architecture}, {manifest.Files.Values.Sum(f => f.Bytes) / 1e6:0.0} MB, {manifest.Provenance}"
                    : $"{model.Name}: unusable: {model.Problem}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
