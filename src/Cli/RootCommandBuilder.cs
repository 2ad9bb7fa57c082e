using System.CommandLine;
using OpenSegR.Realtime.Cli.Commands;

namespace OpenSegR.Realtime.Cli;

/// <summary>Puts the command line together.</summary>
internal static class RootCommandBuilder
{
    public static RootCommand Build()
    {
        var root = new RootCommand("Real-time open-vocabulary video segmentation: name anything, see it segmented in every frame.");
        root.Options.Add(GlobalOptions.Verbose);
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(ImageCommand.Create());
        root.Subcommands.Add(VideoCommand.Create());
        root.Subcommands.Add(LiveCommand.Create());
        root.Subcommands.Add(ImportCommand.Create());
        root.Subcommands.Add(ExportCommand.Create());
        root.Subcommands.Add(EmbedCommand.Create());
        root.Subcommands.Add(ReasonCommand.Create());
        root.Subcommands.Add(EvalCommand.Create());
        root.Subcommands.Add(SynthCommand.Create());
        root.Subcommands.Add(ModelsCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(BenchWorkerCommand.Create());
        root.Subcommands.Add(ScriptCommand.Create("setup", "Install and build what is missing (--gpu: also the NVIDIA libraries)"));
        root.Subcommands.Add(ScriptCommand.Create("test", "Run every test"));
        return root;
    }
}
