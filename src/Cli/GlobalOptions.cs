using System.CommandLine;

namespace OpenSegR.Realtime.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Verbose { get; } =
        new("--verbose") { Description = "Print details, and a stack trace with an error", Recursive = true };
}
