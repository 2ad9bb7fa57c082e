using System.Diagnostics;
using System.Globalization;

namespace OpenSegR.Realtime.Tests;

/// <summary>A display without a screen: Xvfb, on a number that it chooses itself.</summary>
internal sealed class VirtualDisplay : IDisposable
{
    private readonly Process _process;

    private VirtualDisplay(Process process, string name) => (_process, Name) = (process, name);

    /// <summary>Its name, for example ":3".</summary>
    public string Name { get; }

    /// <summary>Starts one.</summary>
    /// <param name="reason">Why there is none, where null is returned.</param>
    public static VirtualDisplay? TryStart(out string reason)
    {
        reason = "";
        try
        {
            // Without auto-repeat (-r): a key that closes its window is never released, and would go on into the next one.
            var process = Process.Start(new ProcessStartInfo("Xvfb", ["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset", "-r"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            if (int.TryParse(process.StandardOutput.ReadLine(), CultureInfo.InvariantCulture, out var number))
            {
                return new VirtualDisplay(process, $":{number}");
            }

            process.Kill();
            process.Dispose();
            reason = "Xvfb does not start";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            reason = "Xvfb is not installed";
        }

        return null;
    }

    /// <summary>Starts one, or skips the test.</summary>
    public static VirtualDisplay StartOrSkip()
    {
        var display = TryStart(out var reason);
        Assert.SkipWhen(display is null, reason);
        return display!;
    }

    /// <summary>Ends it, and with it every connection.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
