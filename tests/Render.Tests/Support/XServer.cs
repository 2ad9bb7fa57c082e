using System.Diagnostics;

namespace OpenSegR.Realtime.Tests;

/// <summary>
/// A display of no screen for the window tests of one collection. DISPLAY is set before the first window, because the windowing library
/// looks at it once.
/// </summary>
public sealed class XServer : IDisposable
{
    private readonly VirtualDisplay? _display;
    private readonly string _reason;

    public XServer()
    {
        _display = VirtualDisplay.TryStart(out _reason);
        if (_display is not null)
        {
            Native.SetEnvironment("DISPLAY", Display);
        }
    }

    /// <summary>Name of the display, for example ":3"; empty where there is none.</summary>
    public string Display => _display?.Name ?? "";

    /// <summary>Skips the test where there is no display.</summary>
    public void Require() => Assert.SkipWhen(_display is null, _reason);

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

    public void Dispose() => _display?.Dispose();
}
