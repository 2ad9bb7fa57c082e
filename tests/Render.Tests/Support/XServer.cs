using System.Diagnostics;
using System.Globalization;

namespace OpenSegR.Realtime.Tests;

/// <summary>
/// A display of no screen for the window tests of one collection: Xvfb, on a number that it chooses itself. DISPLAY is set before the first
/// window, because the windowing library looks at it once.
/// </summary>
public sealed class XServer : IDisposable
{
    private readonly Process? _process;
    private readonly string? _reason;

    public XServer()
    {
        try
        {
            // Without auto-repeat (-r): a key that closes its window is never released, and would go on into the next one.
            var start = new ProcessStartInfo("Xvfb", ["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset", "-r"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            _process = Process.Start(start)!;
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginErrorReadLine();
            var line = _process.StandardOutput.ReadLine();
            if (int.TryParse(line, CultureInfo.InvariantCulture, out var number))
            {
                Display = $":{number}";
                Native.SetEnvironment("DISPLAY", Display);
            }
            else
            {
                _reason = "Xvfb does not start";
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            _reason = "Xvfb is not installed";
        }
    }

    /// <summary>Name of the display, for example ":3"; empty where there is none.</summary>
    public string Display { get; } = "";

    /// <summary>Skips the test where there is no display.</summary>
    public void Require() => Assert.SkipWhen(Display.Length == 0, _reason ?? "");

    /// <summary>Sends keys to whatever has the keyboard, as a user would; skips the test where xdotool is absent.</summary>
    public void Type(params string[] arguments)
    {
        try
        {
            // A key that closes the window makes the release of that key fail, which is no concern of the test's.
            var start = new ProcessStartInfo("xdotool", arguments) { RedirectStandardError = true };
            start.Environment["DISPLAY"] = Display;
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("xdotool is not installed");
        }
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
    }
}
