using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>A running program that something is done to. Nothing of it is left when this is disposed.</summary>
internal sealed partial class FaultProcess : IDisposable
{
    /// <summary>How long anything may take before it counts as hanging.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    /// <summary>Starts a program in a folder, with a cache of its own there.</summary>
    /// <param name="program">The program.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What is set besides.</param>
    public FaultProcess(string program, string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["SEGR_CACHE"] = Path.Combine(folder, "cache");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            _process = Process.Start(start) ?? throw new SegrException($"{program} did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SegrException($"{program} cannot be started: {e.Message}", e);
        }

        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    /// <summary>What it has said so far, on both outputs.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>The last line that it said.</summary>
    public string LastWords => Said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";

    /// <summary>True once it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Whether this process, and so what it starts, was told to ignore a signal.</summary>
    public static bool IsIgnored(int signal)
    {
        const string Field = "SigIgn:";
        const string Status = "/proc/self/status";
        var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is not null && (ulong.Parse(line.AsSpan(Field.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) != 0;
    }

    /// <summary>Waits until something has happened.</summary>
    /// <exception cref="SegrException">It did not, in time, or the program ended before.</exception>
    public void WaitUntil(string what, Func<bool> isSo)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (_process.HasExited && !isSo())
            {
                throw new SegrException($"it ended before {what}: {LastWords}");
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new SegrException($"not seen within {Patience.TotalSeconds:0} s: {what}; it said: {LastWords}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Sends a signal; does nothing where it has ended.</summary>
    public void Send(int signal)
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, signal);
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code; 128 and the signal where one ended it.</returns>
    /// <exception cref="SegrException">It hangs.</exception>
    public int End()
    {
        if (!_process.WaitForExit(Patience))
        {
            throw new SegrException($"it hangs, {Patience.TotalSeconds:0} s now; it said: {LastWords}");
        }

        // The last lines may still be on their way.
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private void Hear(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
