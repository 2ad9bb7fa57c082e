using System.Diagnostics;
using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>An ffmpeg process that sends a video in real time to this machine, for ever.</summary>
internal sealed class StreamServer : IDisposable
{
    private readonly Process _process;

    private StreamServer(Process process) => _process = process;

    public static StreamServer Start(string video, string output)
    {
        Tools.RequireFfmpeg();
        var start = FfmpegProgram.Start(
            ["-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", video, "-an", .. output.Split(' ')], input: false);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new StreamServer(process);
    }

    /// <summary>Stops sending without hanging up, as a network that swallows everything.</summary>
    public void Freeze()
    {
        using var kill = Process.Start("kill", ["-STOP", $"{_process.Id}"]);
        kill.WaitForExit();
    }

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
