using System.Diagnostics;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>Helpers on this machine for live runs: an ffmpeg that serves a video, and a display without a screen.</summary>
internal sealed class Loopback : IDisposable
{
    private readonly Process _process;

    private Loopback(Process process) => _process = process;

    /// <summary>The address that <see cref="Serve"/> serves at.</summary>
    public static string Address(int port) => $"http://127.0.0.1:{port}/live.mjpg";

    /// <summary>Serves a video over and over, in real time, to the first that asks.</summary>
    public static Loopback Serve(string video, int port)
    {
        var start = new ProcessStartInfo(
            "ffmpeg",
            ["-loglevel", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", video, "-an", "-c:v", "mjpeg", "-q:v", "3", "-f", "mpjpeg", "-listen", "1", Address(port)])
        {
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        WaitForListener(port, process);
        return new Loopback(process);
    }

    /// <summary>Sends a video over and over, in real time, to whoever listens at a port.</summary>
    public static Loopback Send(string video, int port, params string[] output)
    {
        WaitForListener(port, null);
        var start = new ProcessStartInfo("ffmpeg", ["-loglevel", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", video, "-an", .. output])
        {
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new Loopback(process);
    }

    /// <summary>A display, or a skipped test where there is no Xvfb.</summary>
    public static Loopback Display(out string name)
    {
        try
        {
            var start = new ProcessStartInfo("Xvfb", ["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset", "-r"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var number = process.StandardOutput.ReadLine();
            Assert.SkipWhen(number is null, "Xvfb does not start");
            name = $":{number}";
            return new Loopback(process);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("Xvfb is not installed");
            throw;
        }
    }

    /// <summary>Kills it, as a machine that loses power would.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    // Connecting would use up the one client that it serves: the system's table says whether it listens.
    private static void WaitForListener(int port, Process? server)
    {
        var clock = Stopwatch.StartNew();
        while (!System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port))
        {
            Assert.False(server?.HasExited ?? false, "ffmpeg serves no stream");
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "nobody listens");
            Thread.Sleep(20);
        }
    }
}
