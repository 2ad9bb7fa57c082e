using System.CommandLine;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary>
/// <c>setup</c> and <c>test</c>, which the script ./segr does before this program exists. They are listed here so that --help is complete.
/// </summary>
internal static class ScriptCommand
{
    public static Command Create(string name, string description)
    {
        var command = new Command(name, description);
        command.SetAction((Func<ParseResult, int>)(_ => throw new InputException($"'{name}' is done by the script of the repository: run ./segr {name} there")));
        return command;
    }
}
