using System.Diagnostics;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>Runs the built programs as a user would, each test run with a cache of its own.</summary>
internal static class Segr
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static string Cache { get; } = Directory.CreateTempSubdirectory("segr-cache-").FullName;

    public static string Program { get; } = Locate("Cli", "segr");

    public static string Minimal { get; } = Locate("Minimal", "minimal");

    public static Outcome Run(params string[] arguments) => RunProgram(Program, null, arguments);

    public static Outcome RunIn(string folder, params string[] arguments) => RunProgram(Program, folder, arguments);

    public static Outcome RunProgram(string program, string? folder, params string[] arguments)
    {
        using var process = Start(program, folder, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Longest))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"'{program} {string.Join(' ', arguments)}' did not end within {Longest.TotalMinutes} minutes");
        }

        process.WaitForExit();
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(string program, string? folder, params string[] arguments)
    {
        var process = StartTalking(program, folder, null, arguments);
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Starts a program whose standard input stays open, on a display or none.</summary>
    public static Process StartTalking(string program, string? folder, string? display, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment["SEGR_CACHE"] = Cache;
        if (display is not null)
        {
            start.Environment["DISPLAY"] = display;
            start.Environment.Remove("WAYLAND_DISPLAY");
        }

        return Process.Start(start)!;
    }

    /// <summary>Asserts that bad input ends with exit code 2 and one clear line that names what is wrong, and returns that line.</summary>
    public static string AssertRefused(string mustName, params string[] arguments)
    {
        var outcome = Run(arguments);
        Assert.True(outcome.ExitCode == 2, $"exit code {outcome.ExitCode}, expected 2; standard error: {outcome.Error}");
        var line = Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("segr: error: ", StringComparison.Ordinal));
        Assert.Contains(mustName, line, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        return line;
    }

    private static string Locate(string project, string program) =>
        Path.Combine(Golden.RepositoryRoot, "artifacts", "bin", project, "release", program);

    internal sealed record Outcome(int ExitCode, string Output, string Error)
    {
        public Outcome MustSucceed()
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}; standard error: {Error}");
            return this;
        }
    }
}
