using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OpenSegR.Realtime.Bench;

/// <summary>A motion JPEG stream on this machine, served by ffmpeg, that can be killed and served again.</summary>
internal sealed class LoopbackStream : IDisposable
{
    private readonly string _video;
    private Process? _server;

    /// <summary>Chooses a port.</summary>
    /// <param name="video">The video that is served, over and over.</param>
    public LoopbackStream(string video)
    {
        _video = video;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/live.mjpg";
    }

    /// <summary>Where it is served.</summary>
    public string Address { get; }

    /// <summary>Begins to serve, to the first that asks.</summary>
    /// <exception cref="SegrException">There is no ffmpeg, or it serves nothing.</exception>
    public void Serve()
    {
        try
        {
            _server = Process.Start(new ProcessStartInfo(
                "ffmpeg",
                [
                    "-loglevel", "quiet", "-nostdin", "-re", "-stream_loop", "-1", "-i", _video, "-an", "-c:v", "mjpeg", "-q:v", "3", "-f", "mpjpeg",
                    "-listen", "1", Address,
                ]))!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SegrException("ffmpeg is not installed", e);
        }

        // Connecting would use up the one client that it serves: the system's table says whether it listens.
        var port = new Uri(Address).Port;
        var started = Stopwatch.GetTimestamp();
        while (!System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port))
        {
            if (_server.HasExited || Stopwatch.GetElapsedTime(started) > FaultProcess.Patience)
            {
                throw new SegrException("ffmpeg serves no stream");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Ends it, as a machine that loses power would.</summary>
    public void Kill()
    {
        if (_server is { HasExited: false })
        {
            _server.Kill();
            _server.WaitForExit();
        }

        _server?.Dispose();
        _server = null;
    }

    public void Dispose() => Kill();
}
