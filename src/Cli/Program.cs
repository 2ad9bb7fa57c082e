using System.CommandLine;
using System.CommandLine.Parsing;

namespace OpenSegR.Realtime.Cli;

/// <summary>Entry point: parses the command line, runs one command, and turns every failure into one clear line and an exit code.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var root = RootCommandBuilder.Build();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Terminal.Error(Describe(parsed));
            return ExitCode.BadInput;
        }

        using var interrupt = new Interrupt();
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt.Token);
        }
        catch (Exception e) when (ErrorReport.TryDescribe(e, interrupt.Token, out var line, out var code))
        {
            Terminal.Error(line);
            if (parsed.GetValue(GlobalOptions.Verbose))
            {
                Console.Error.WriteLine(e);
            }

            return code;
        }
    }

    private static string Describe(ParseResult parsed)
    {
        // A list of what is allowed has a line for each.
        var error = parsed.Errors[0].Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal).TrimEnd('.');
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count == 0)
        {
            return "no command given; 'segr --help' lists them, 'segr demo' shows what it does";
        }

        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens[0] is { } unknown && !unknown.StartsWith('-'))
        {
            return $"there is no command '{unknown}'; 'segr --help' lists them";
        }

        var path = string.Join(' ', Path(parsed.CommandResult).Reverse());
        return $"{char.ToLowerInvariant(error[0])}{error[1..]}; see '{path} --help'";
    }

    private static IEnumerable<string> Path(CommandResult command)
    {
        for (SymbolResult? symbol = command; symbol is not null; symbol = symbol.Parent)
        {
            if (symbol is CommandResult { Command: var c })
            {
                yield return c is RootCommand ? "segr" : c.Name;
            }
        }
    }
}
