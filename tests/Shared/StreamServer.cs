using System.Diagnostics;

namespace OpenSegR.Realtime.Tests;

/// <summary>An ffmpeg process that plays a video over and over, in real time, to this machine: a server that listens, or a sender.</summary>
internal sealed class StreamServer : IDisposable
{
    private readonly Process _process;

    private StreamServer(Process process) => _process = process;

    /// <summary>Starts ffmpeg, or skips the test where it is not installed.</summary>
    /// <param name="video">What is played.</param>
    /// <param name="output">Where and how, as ffmpeg takes it.</param>
    public static StreamServer Start(string video, params string[] output)
    {
        try
        {
            var process = Process.Start(new ProcessStartInfo(
                "ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", video, "-an", .. output])
            {
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return new StreamServer(process);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("the ffmpeg program is not installed");
            throw;
        }
    }

    /// <summary>Serves motion JPEG to the first that asks; returns once it can be asked.</summary>
    public static StreamServer ServeHttp(string video, string address)
    {
        var server = Start(video, "-c:v", "mjpeg", "-q:v", "3", "-f", "mpjpeg", "-listen", "1", address);
        WaitForListener(new Uri(address).Port, server);
        return server;
    }

    /// <summary>
    /// Waits until somebody listens at a port. Connecting would use up the one client that ffmpeg serves: the system's table says it.
    /// </summary>
    public static void WaitForListener(int port, StreamServer? server)
    {
        var clock = Stopwatch.StartNew();
        while (!System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port))
        {
            Assert.False(server?._process.HasExited ?? false, "ffmpeg serves no stream");
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "nobody listens");
            Thread.Sleep(20);
        }
    }

    /// <summary>Stops sending without hanging up, as a network that swallows everything.</summary>
    public void Freeze()
    {
        using var kill = Process.Start("kill", ["-STOP", $"{_process.Id}"]);
        kill.WaitForExit();
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
}
