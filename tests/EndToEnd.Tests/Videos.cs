using System.Diagnostics;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>Makes and measures videos.</summary>
internal static class Videos
{
    /// <summary>Writes a short synthetic scene.</summary>
    public static string Make(string path, int frames, int width = 320, int height = 180, long seed = 21)
    {
        using var source = new SyntheticSource(seed, width, height, frames);
        using var sink = new VideoFileSink(path);
        sink.Open(source.Info.Format, source.Info.FramesPerSecond);
        while (source.Read(FramePool.Shared, out var frame, CancellationToken.None) == FrameRead.Frame)
        {
            using (frame)
            {
                sink.Write(frame!);
            }
        }

        sink.Complete();
        return path;
    }

    /// <summary>Frames, width, height and seconds of a video, as ffprobe counts them.</summary>
    public static (int Frames, int Width, int Height, double Seconds) Probe(string path)
    {
        var start = new ProcessStartInfo(
            "ffprobe",
            ["-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=width,height,nb_read_frames:format=duration", "-of", "default=nk=0:nw=1", path])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var fields = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return (int.Parse(fields["nb_read_frames"]), int.Parse(fields["width"]), int.Parse(fields["height"]), double.Parse(fields["duration"]));
    }
}
