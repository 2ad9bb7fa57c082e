using System.CommandLine;

namespace OpenSegR.Realtime.Cli;

/// <summary>Puts the command line together.</summary>
internal static class RootCommandBuilder
{
    public static RootCommand Build()
    {
        var root = new RootCommand("Real-time open-vocabulary video segmentation: name anything, see it segmented in every frame.");
        root.Options.Add(GlobalOptions.Verbose);
        return root;
    }
}
