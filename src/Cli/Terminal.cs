using System.Runtime.InteropServices;
using Spectre.Console;

namespace OpenSegR.Realtime.Cli;

/// <summary>
/// What the program says. Results go to standard output; everything for a person on the way (status, progress, warnings, errors) goes to
/// standard error, so that output can be piped.
/// </summary>
internal static partial class Terminal
{
    private static readonly Lock Gate = new();

    /// <summary>Standard error as Spectre draws on it.</summary>
    public static IAnsiConsole Console { get; } =
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });

    /// <summary>True where a person watches: progress is then drawn in place.</summary>
    public static bool IsInteractive => !System.Console.IsErrorRedirected && Console.Profile.Capabilities.Ansi;

    /// <summary>
    /// False for a program in the background of a terminal: the system stops one that reads from there. Standard input from elsewhere may
    /// always be read.
    /// </summary>
    public static bool MayRead => System.Console.IsInputRedirected || OperatingSystem.IsWindows() || ForegroundGroup(0) == OwnGroup();

    public static void Error(string line) => Write("segr: error: ", line, "red");

    public static void Warn(string line) => Write("segr: warning: ", line, "yellow");

    public static void Status(string line) => Write("", line, null);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();

    private static void Write(string prefix, string line, string? colour)
    {
        lock (Gate)
        {
            if (IsInteractive && colour is not null)
            {
                Console.MarkupLineInterpolated($"[{colour}]{prefix}[/]{line}");
            }
            else
            {
                System.Console.Error.WriteLine(prefix + line);
            }
        }
    }
}
