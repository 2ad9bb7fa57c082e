using System.Diagnostics;

namespace OpenSegR.Realtime.Capture;

/// <summary>The ffmpeg program of this machine, if it has one.</summary>
internal static class FfmpegProgram
{
    private static readonly string[] H264Encoders = ["libx264", "libopenh264"];
    private static readonly Lazy<string?> FoundPath = new(() => Find("ffmpeg"));
    private static readonly Lazy<string?> FoundSetsid = new(() => OperatingSystem.IsLinux() ? Find("setsid") : null);
    private static readonly Lazy<string> FoundEncoders = new(ListEncoders);

    /// <summary>Full path of the program, or null where there is none.</summary>
    public static string? Path => FoundPath.Value;

    /// <summary>The best H.264 encoder that it has, or "mpeg4" where it has none.</summary>
    public static string VideoEncoder =>
        H264Encoders.FirstOrDefault(name => FoundEncoders.Value.Contains($" {name} ", StringComparison.Ordinal)) ?? "mpeg4";

    /// <summary>Finds out in the background what the program can do, so that nobody waits for it later.</summary>
    public static void Prepare()
    {
        if (Path is not null)
        {
            ThreadPool.QueueUserWorkItem(static _ => _ = FoundEncoders.Value);
        }
    }

    /// <summary>How to start it with some arguments.</summary>
    /// <param name="arguments">The arguments, one by one.</param>
    /// <param name="input">Whether the caller writes to its standard input.</param>
    public static ProcessStartInfo Start(IEnumerable<string> arguments, bool input)
    {
        var program = Path ?? throw new InvalidOperationException("ffmpeg was not found");
        // A session of its own: Ctrl-C in the terminal goes to the whole foreground group, and would end the encoder before its last frames.
        var start = new ProcessStartInfo(FoundSetsid.Value ?? program)
        {
            RedirectStandardInput = input,
            RedirectStandardError = true,
            RedirectStandardOutput = !input,
            UseShellExecute = false,
        };
        if (FoundSetsid.Value is not null)
        {
            start.ArgumentList.Add(program);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>Null where it succeeded, otherwise its last words.</returns>
    public static string? Run(IEnumerable<string> arguments)
    {
        using var process = Process.Start(Start(arguments, input: false)) ?? throw new InvalidOperationException("ffmpeg did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : LastLine(error);
    }

    /// <summary>The line of ffmpeg's complaints that says most.</summary>
    public static string LastLine(string complaints)
    {
        var lines = complaints.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // What follows the cause is only its consequences.
        return lines.FirstOrDefault(l => l.Contains("No space left", StringComparison.Ordinal))
            ?? lines.LastOrDefault(l => !l.StartsWith("Conversion failed", StringComparison.Ordinal))
            ?? "ffmpeg failed without a message";
    }

    /// <summary>Full path of a program, or null where there is none.</summary>
    internal static string? Find(string program)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => System.IO.Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private static string ListEncoders()
    {
        using var process = Process.Start(Start(["-hide_banner", "-loglevel", "error", "-encoders"], input: false));
        if (process is null)
        {
            return "";
        }

        var error = process.StandardError.ReadToEndAsync();
        var list = process.StandardOutput.ReadToEnd();
        error.GetAwaiter().GetResult();
        process.WaitForExit();
        return list;
    }
}
